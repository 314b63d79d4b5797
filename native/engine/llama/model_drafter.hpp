// Guesses of a small model with the same vocabulary, which llama.cpp's own speculative decoding draws.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "llama_drafter.hpp"
#include "speculative.h"

namespace tacho::engine {

/// Remembers which tokens its context holds of each sequence and catches up before it drafts, so that nobody
/// must tell it what the model computed, cut or copied.
class ModelDrafter : public LlamaDrafter {
 public:
  /// The draft model's context holds as many tokens of as many sequences as `target`. Throws LoadError.
  ModelDrafter(const LlamaModel& model, const ContextOptions& options, llama_context* target,
               const ComputeThreads& threads);
  ~ModelDrafter() override;

  void draft(std::span<const DraftWork> work) override;
  void start_over() override;

 private:
  void load(const LlamaModel& model, const ContextOptions& options);
  void make_context(const ContextOptions& options, const llama_context* target,
                    const ComputeThreads& threads);
  void make_speculative(const ContextOptions& options, llama_context* target);

  std::vector<Token>& held_of(std::int32_t sequence) { return held_[static_cast<std::size_t>(sequence)]; }
  std::size_t missing(const DraftWork& work) const {
    return work.text.size() - 1 - held_[static_cast<std::size_t>(work.sequence)].size();
  }
  void keep_common(const DraftWork& work);
  bool can_read(const DraftWork& work);
  void cut(std::int32_t sequence, std::size_t length);
  void catch_up(std::span<const DraftWork> work);
  bool compute_missing();
  void add(const DraftWork& work, std::size_t index);
  void forget_all_but(std::span<const DraftWork> work);
  void give_up(const DraftWork& work);
  void begin(const DraftWork& work);
  void end(const DraftWork& work);

  struct FreeContext {
    void operator()(llama_context* context) const { llama_free(context); }
  };

  /// How many of a sequence's missing tokens are computed in this call.
  struct Share {
    const DraftWork* work;
    std::size_t tokens;
  };
  std::vector<Share> shares() const;

  std::shared_ptr<const LlamaModel> model_;
  std::unique_ptr<llama_context, FreeContext> context_;
  common_speculative_ptr speculative_;  // after the context, which it uses
  std::int32_t target_vocabulary_;
  std::int32_t vocabulary_ = 0;
  std::size_t longest_ = 0;  // tokens a sequence may have here
  llama_batch batch_{};
  std::vector<std::vector<Token>> held_;  // what the context holds, by sequence
  std::vector<std::size_t> too_long_;     // texts of this length or more are given up, by sequence
  std::vector<DraftWork> ready_;          // who gets a guess in this call
};

}  // namespace tacho::engine
