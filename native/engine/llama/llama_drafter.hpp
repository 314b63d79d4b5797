// Guesses next tokens for the model to verify many in one step, where it would compute them one a step.
#pragma once

#include <memory>
#include <span>

#include "../loop/runtime.hpp"
#include "compute_threads.hpp"
#include "llama_model.hpp"

namespace tacho::engine {

struct ContextOptions;

/// Not thread-safe. A guess costs no more than time when it is wrong, so failures bring no guess.
class LlamaDrafter {
 public:
  virtual ~LlamaDrafter() = default;
  /// As Runtime::draft().
  virtual void draft(std::span<const DraftWork> work) = 0;
  /// Forgets all sequences: draft() has thrown and may have left anything behind.
  virtual void start_over() {}
};

/// The drafter that `options.speculation` names, for the sequences of `target`, a context of `model`. Null
/// with "off" and for a memory that cannot be cut (recurrent and sliding-window models): rejected guesses
/// could not be taken back. `threads` compute draft models too. Throws LoadError.
std::unique_ptr<LlamaDrafter> make_drafter(const LlamaModel& model, const ContextOptions& options,
                                           llama_context* target, const ComputeThreads& threads);

/// Tokens the drafter guesses at most; 0 when make_drafter() makes none.
std::int32_t longest_draft(const LlamaModel& model, const ContextOptions& options);

}  // namespace tacho::engine
