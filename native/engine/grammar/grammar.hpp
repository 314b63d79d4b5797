// GBNF grammars, compiled.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "gbnf_parser.hpp"
#include "gbnf_rules.hpp"
#include "grammar_limits.hpp"

namespace tacho::engine {

class GrammarMemory;

/// A grammar's rules as one array of elements, immutable, and what has been learned of them. Thread-safe;
/// shared between requests.
class Grammar {
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

  /// The one that all begin with. It refers to this grammar, which who holds it holds as well.
  std::shared_ptr<GrammarMemory> memory() const;
  /// From now on `next`, unless another has taken the place of `full` already.
  void replace_memory(const std::shared_ptr<GrammarMemory>& full, std::shared_ptr<GrammarMemory> next) const;
  /// With its memory, about: what vectors have in reserve counts only in part.
  std::size_t bytes() const;

 private:
  Grammar(GbnfRules rules, const GrammarLimits& limits);
  void add_rule(const GbnfRule& rule);

  GrammarLimits limits_;
  std::vector<Element> elements_{{Element::Kind::end}};
  std::vector<Position> alternatives_;
  std::vector<std::uint32_t> first_{0};  // of a rule, in alternatives_
  std::uint32_t root_;
  bool names_tokens_ = false;
  Utf8Automaton characters_;
  std::array<std::uint8_t, 256> byte_classes_;

  mutable std::mutex mutex_;
  mutable std::shared_ptr<GrammarMemory> memory_;  // made when it is first asked for
};

}  // namespace tacho::engine
