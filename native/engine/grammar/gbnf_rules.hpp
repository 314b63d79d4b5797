// A grammar as its text gives it: rules of alternatives of elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "utf8_automaton.hpp"

namespace tacho::engine {

struct GrammarElement {
  enum class Kind : std::uint32_t {
    end,          // of an alternative; the next one or the next rule begins behind it
    character,    // value: a Utf8Automaton::State
    rule,         // value: its index
    token,        // value: the token
    other_token,  // value: the token that it is not
  };
  Kind kind;
  std::uint32_t value = 0;
};

struct GbnfRule {
  std::string_view name;                 // of a group or a repetition, the rule's that it is in
  std::vector<GrammarElement> elements;  // each alternative has its end
  bool defined = false;
  std::size_t offset = 0;  // in the text, of its definition or its first use
};

/// The names are parts of the text.
struct GbnfRules {
  std::vector<GbnfRule> rules;
  Utf8Automaton characters;
  std::uint32_t root = 0;
};

}  // namespace tacho::engine
