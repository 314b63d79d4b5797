// What has been learned of a grammar while following it.
#pragma once

#include <mutex>

#include "grammar_automaton.hpp"
#include "token_masks.hpp"

namespace tacho::engine {

/// Grows with the texts that are followed, and serves those that come later. Shared by the copies of a state;
/// each call holds `mutex`.
struct GrammarMemory {
  explicit GrammarMemory(const Grammar& grammar)
      : automaton(grammar), masks(automaton, grammar.limits().mask_bytes) {}

  std::mutex mutex;
  GrammarAutomaton automaton;
  TokenMasks masks;
};

}  // namespace tacho::engine
