// What has been learned of a grammar while following it.
#pragma once

#include <atomic>
#include <mutex>

#include "grammar_automaton.hpp"
#include "token_masks.hpp"

namespace tacho::engine {

/// Grows with the texts that are followed, and serves those that come later. Shared by all states of a
/// grammar, which are on the threads that assemble requests, on the decode threads of all replicas of a model
/// and on their sampling helpers: each call has a Hold on it. Uncontended that takes some 20 ns. Contended, a
/// call waits for one other call, 1 ms for a mask that is made, and that mask it then need not make itself.
class GrammarMemory {
 public:
  explicit GrammarMemory(const Grammar& grammar)
      : automaton(grammar), masks(automaton, grammar.limits().mask_bytes) {}

  /// All of it belongs to this call.
  class Hold {
   public:
    explicit Hold(GrammarMemory& memory) : lock_(memory.mutex_), memory_(memory) {}
    ~Hold() {
      const auto& automaton = memory_.automaton;
      memory_.bytes_.store(automaton.bytes() + automaton.working_bytes() + memory_.masks.bytes(),
                           std::memory_order_relaxed);
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    std::lock_guard<std::mutex> lock_;
    GrammarMemory& memory_;
  };

  /// As the last Hold left it, without waiting for one.
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  // Only with a Hold.
  GrammarAutomaton automaton;
  TokenMasks masks;

 private:
  std::mutex mutex_;
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace tacho::engine
