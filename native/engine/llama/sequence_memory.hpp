// Cutting and copying what llama.cpp remembers of sequences, whatever kind of memory the model has.
#pragma once

#include <cstdint>
#include <utility>

#include "checkpoints.hpp"
#include "llama.h"

namespace tacho::engine {

/// What Runtime says of cut(), copy() and remember(). Three kinds of memory:
/// - a plain KV cache can be cut and copied anywhere;
/// - a sliding window has given up the tokens before it. A shorter sequence would need some of them, and
///   llama.cpp cuts it all the same, so the window's beginning decides whether the result would be right;
/// - a recurrent state (alone, or beside a KV cache in hybrid models) knows only its present length.
/// Where the last two cannot be cut, the sequence goes back to a checkpoint of it, or to nothing.
/// Not thread-safe.
class SequenceMemory {
 public:
  /// Whether it can be cut and copied anywhere.
  static bool divides(const llama_model* model);

  /// `shared_cells`: all sequences are in one buffer. `checkpoints` is how many are kept.
  SequenceMemory(llama_context* context, bool shared_cells, std::size_t checkpoints);

  std::int32_t cut(std::int32_t sequence, std::int32_t length);
  std::int32_t copy(std::int32_t from, std::int32_t to, std::int32_t length);
  void remember(std::int32_t sequence);
  double take_restore_seconds() { return std::exchange(restore_seconds_, 0); }

 private:
  std::int32_t held(std::int32_t sequence) const;
  bool goes_on_at(std::int32_t sequence, std::int32_t length) const;
  std::int32_t forget(std::int32_t sequence);
  std::int32_t go_back(std::int32_t sequence, std::int32_t length);
  bool duplicate(std::int32_t from, std::int32_t to, std::int32_t length);
  bool duplicate_state(std::int32_t from, std::int32_t to, llama_state_seq_flags flags);
  Checkpoints::State save(std::int32_t sequence, llama_state_seq_flags flags);
  bool load(const Checkpoints::State& state, std::int32_t sequence, llama_state_seq_flags flags);

  llama_context* context_;
  llama_memory_t memory_;
  std::int32_t window_;  // tokens a sliding window shows, 0: there is none
  bool shared_cells_;
  bool divisible_;
  Checkpoints checkpoints_;
  double restore_seconds_ = 0;  // since last asked
};

}  // namespace tacho::engine
