// What a grammar may cost.
#pragma once

#include <cstddef>

namespace tacho::engine {

/// Clients choose grammars, so each of these is a bound on what one of them can take from everybody else.
struct GrammarLimits {
  /// Of GBNF. A JSON schema of 100 KB gives about as much.
  std::size_t text_bytes = std::size_t{512} * 1024;
  /// Named ones, groups, and those that repetitions become.
  std::size_t rules = 100'000;
  /// Characters, classes, tokens and uses of rules, repetitions written out: 12 bytes each.
  std::size_t elements = 500'000;
  /// llama.cpp's bound on {n}, and on the rules within times n; more than this in {m,n} means no limit.
  std::size_t repetitions = 2'000;
  /// Nested parentheses. The grammars that libllama-common writes nest one for each letter of a property's
  /// name.
  std::size_t group_depth = 1'000;
  /// Different ones of tokens, as "<think>"; llama.cpp's tokenizer reads each, 2 us if it is short.
  std::size_t token_names = 1'000;
  /// Of one, with its brackets. The longest in any vocabulary known has less than 64.
  std::size_t token_name_bytes = 256;
  /// What an automaton keeps, which the texts of one grammar share until it is full: states, stacks and
  /// transitions. JSON needs 0.2 MB.
  std::size_t memory_bytes = std::size_t{16} * 1024 * 1024;
  /// Of masks that an automaton keeps. One is 19 KB at 150,000 tokens.
  std::size_t mask_bytes = std::size_t{2} * 1024 * 1024;
  /// Steps of one call. Most take 15 ns, and 130 ns where each needs new memory, so 65 ms at worst. JSON
  /// needs less than 5,000 for a mask.
  std::size_t work_per_token = 500'000;
};

}  // namespace tacho::engine
