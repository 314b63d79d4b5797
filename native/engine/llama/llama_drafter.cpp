#include "llama_drafter.hpp"

#include "llama_runtime.hpp"
#include "model_drafter.hpp"
#include "ngram_drafter.hpp"

namespace tacho::engine {

namespace {

bool divisible(const llama_model* model) {
  return !llama_model_is_recurrent(model) && !llama_model_is_hybrid(model) && llama_model_n_swa(model) == 0;
}

}  // namespace

std::int32_t longest_draft(const LlamaModel& model, const ContextOptions& options) {
  return options.speculation == "off" || !divisible(model.get()) ? 0 : options.draft_tokens;
}

std::unique_ptr<LlamaDrafter> make_drafter(const LlamaModel& model, const ContextOptions& options,
                                           llama_context* target, const ComputeThreads& threads) {
  if (longest_draft(model, options) == 0) return nullptr;
  if (options.speculation == "ngram") return std::make_unique<NgramDrafter>();
  return std::make_unique<ModelDrafter>(model, options, target, threads);
}

}  // namespace tacho::engine
