// Tokens that a grammar names, as one set.
#pragma once

#include <cstdint>
#include <vector>

#include "gbnf_rules.hpp"

namespace tacho::engine {

/// What any number of elements of tokens read together. "Any but a" and "any but b" are all tokens, so two
/// numbers hold all of these: the vocabulary is walked once for a set, not once for each element.
class NamedTokens {
 public:
  enum class Others : std::uint8_t { none, all_but_one, all };

  /// Of an element of a token.
  void add(GrammarElement element) {
    if (element.kind == GrammarElement::Kind::token) return these_.push_back(element.value);
    if (others_ == Others::none) but_ = element.value;
    others_ = others_ == Others::none || but_ == element.value ? Others::all_but_one : Others::all;
  }
  /// Whether add() would change nothing; false where it would take a search to know.
  bool holds(GrammarElement element) const {
    if (element.kind == GrammarElement::Kind::token) return false;
    return others_ == Others::all || (others_ == Others::all_but_one && but_ == element.value);
  }

  /// Those that are named themselves, in any order and as often as they were added.
  const std::vector<std::uint32_t>& these() const { return these_; }
  /// Of the tokens that have a text.
  Others others() const { return others_; }
  /// The one of Others::all_but_one.
  std::uint32_t but() const { return but_; }

 private:
  std::vector<std::uint32_t> these_;
  Others others_ = Others::none;
  std::uint32_t but_ = 0;
};

}  // namespace tacho::engine
