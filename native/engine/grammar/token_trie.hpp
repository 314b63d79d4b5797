#pragma once
#include <string>
#include <vector>
#include "../loop/request.hpp"
namespace tacho::engine {
class TokenTrie {
 public:
  TokenTrie(std::vector<std::string> texts, std::vector<Token> ends) : texts_(std::move(texts)), ends_(std::move(ends)) {}
  const std::string& text(Token token) const { return texts_[static_cast<std::size_t>(token)]; }
 private:
  std::vector<std::string> texts_;
  std::vector<Token> ends_;
};
}
