#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include "token_trie.hpp"
namespace tacho::engine {
struct GrammarTooComplex : std::runtime_error { using std::runtime_error::runtime_error; };
struct Grammar { static std::shared_ptr<const Grammar> parse(std::string_view, std::string_view, const std::function<std::optional<Token>(std::string_view)>&) { return std::make_shared<const Grammar>(); } };
class GrammarState {
 public:
  GrammarState(std::shared_ptr<const Grammar>, std::shared_ptr<const TokenTrie>) {}
  bool allows(Token) { return true; }
  void accept(Token) {}
  bool accept_text(std::string_view) { return true; }
  void mask(std::span<float>) {}
};
}
