// GBNF grammars, compiled.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "gbnf_parser.hpp"
#include "gbnf_rules.hpp"
#include "grammar_limits.hpp"

namespace tacho::engine {

struct GrammarMemory;

/// A grammar's rules as one array of elements. Immutable; shared between requests and threads.
class Grammar : public std::enable_shared_from_this<Grammar> {
 public:
  using Element = GrammarElement;
  /// Of an element. What an automaton is about to read next is one.
  using Position = std::uint32_t;
  /// The end of every alternative: once there, it no longer matters of which.
  static constexpr Position kEnd = 0;

  /// The language is that of llama.cpp's GBNF, but that what is generated is valid UTF-8 without U+0000.
  /// Throws GrammarError.
  static std::shared_ptr<const Grammar> parse(std::string_view gbnf, std::string_view root,
                                              const TokenOf& token_of, const GrammarLimits& limits = {});
  ~Grammar();

  const Element& at(Position position) const { return elements_[position]; }
  Position behind(Position position) const {
    return elements_[position + 1].kind == Element::Kind::end ? kEnd : position + 1;
  }
  std::size_t size() const { return elements_.size(); }
  std::span<const Position> alternatives(std::uint32_t rule) const {
    return std::span(alternatives_).subspan(first_[rule], first_[rule + 1] - first_[rule]);
  }
  std::uint32_t root() const { return root_; }
  /// Whether some element is of a token rather than of characters.
  bool names_tokens() const { return names_tokens_; }

  const Utf8Automaton& characters() const { return characters_; }
  const std::array<std::uint8_t, 256>& byte_classes() const { return byte_classes_; }
  const GrammarLimits& limits() const { return limits_; }

  /// One that nobody else uses until it is dropped. What it has learned by then is there for the next one.
  std::shared_ptr<GrammarMemory> memory() const;

 private:
  Grammar(GbnfRules rules, const GrammarLimits& limits);
  void add_rule(const GbnfRule& rule);
  void give_back(std::unique_ptr<GrammarMemory> memory) const;

  GrammarLimits limits_;
  std::vector<Element> elements_{{Element::Kind::end}};
  std::vector<Position> alternatives_;
  std::vector<std::uint32_t> first_{0};  // of a rule, in alternatives_
  std::uint32_t root_;
  bool names_tokens_ = false;
  Utf8Automaton characters_;
  std::array<std::uint8_t, 256> byte_classes_;

  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<GrammarMemory>> idle_;
};

}  // namespace tacho::engine
