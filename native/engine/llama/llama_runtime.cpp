#include "llama_runtime.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "../sampling/log_probabilities.hpp"
#include "cache_size.hpp"
#include "flash_attention.hpp"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "llama_log.hpp"

namespace tacho::engine {

namespace {

/// llama.cpp's limit.
constexpr std::int32_t kMostSequences = 256;

/// Per slot: a conversation goes back to its last turns.
constexpr std::size_t kCheckpointsPerSlot = 8;

/// Tokens one decode computes at once: llama.cpp's default, large enough to fill a GPU in prefill.
constexpr std::int32_t kStepTokens = 512;

/// Room for fewer outputs than this saves megabytes, but lays the graph's tensors out so that the AMX kernels
/// take 12 instead of 9 ms for a prompt of 32 tokens (58 M parameters; 33 outputs and 64).
constexpr std::int32_t kFewestOutputs = 64;

/// The loop's part for the logprobs of a prompt.
constexpr std::int32_t kScoredOutputs = 32;

/// In the one buffer of a plain KV cache, sequences cost nothing (metadata), so more of them than can run
/// keep prefixes. Separate buffers, windows and recurrent states are memory each.
std::int32_t sequences(const llama_model* model, const CacheSize& size, std::int32_t slots) {
  if (size.whole_context_each || !SequenceMemory::divides(model)) return slots;
  return std::min(kMostSequences, std::max(2 * slots, slots + 16));
}

llama_context_params context_params(const llama_model* model, const CacheSize& size, CacheTypes types,
                                    const ContextOptions& options, std::int32_t draft_tokens) {
  auto params = llama_context_default_params();
  params.n_ctx = static_cast<std::uint32_t>(size.cells);
  params.n_batch = params.n_ubatch = kStepTokens;
  params.n_seq_max = static_cast<std::uint32_t>(sequences(model, size, options.slots));
  // llama.cpp wants room for an output of each sequence; drafts want more, as many as a step can hold.
  const auto wanted = options.slots * (1 + draft_tokens) + kScoredOutputs;
  const auto outputs = std::clamp(wanted, kFewestOutputs, kStepTokens);
  params.n_outputs_max = std::max(params.n_seq_max, static_cast<std::uint32_t>(outputs));
  params.n_threads = params.n_threads_batch = options.threads;
  // In one buffer for all, each token's attention walks over every sequence's cells: 16 streams of 512 tokens
  // ran at 2,074 instead of 3,606 tokens/s (CPU, tacho-mini). It pays only when cells are too few for each
  // sequence to have a buffer of its own without a shorter context.
  params.kv_unified = !size.whole_context_each;
  // A window then has the cells that it needs, as llama-server has it, not one for every token.
  params.swa_full = false;
  params.flash_attn_type = flash_attention(options.flash_attention);
  params.type_k = types.keys;
  params.type_v = types.values;
  params.no_perf = true;
  return params;
}

/// Threads that sample beside the decode thread. Where the processor computes the model, its compute threads
/// spin between steps: a helper on a core of theirs saved nothing and sometimes doubled the time.
std::int32_t sampling_helpers(const LlamaModel& model, const ContextOptions& options) {
  const auto most = options.threads - 1;
  if (model.device().backend != "cpu") return most;
  const auto cores = static_cast<std::int32_t>(std::thread::hardware_concurrency());
  return std::clamp(cores - options.threads, 0, most);
}

BackendSampling::Use backend_sampling(const LlamaModel& model, const ContextOptions& options) {
  // A draft's rows are sampled as far as it holds, which a graph cannot know.
  if (options.speculation != "off" || options.backend_sampling == "off") return BackendSampling::Use::never;
  if (options.backend_sampling == "on") return BackendSampling::Use::always;
  return model.device().backend == "cpu" ? BackendSampling::Use::never : BackendSampling::Use::repeated;
}

}  // namespace

LlamaRuntime::LlamaRuntime(const LlamaModel& model, const ContextOptions& options)
    : model_(model),
      vocabulary_(static_cast<std::size_t>(llama_vocab_n_tokens(model.vocab()))),
      asynchronous_(model.device().backend != "cpu"),
      threads_(options.threads) {
  const auto types =
      cache_types(model.get(), options.cache_type_k, options.cache_type_v, options.flash_attention);
  const auto size = cache_size(model.get(), {.cells = options.cells,
                                             .sequences = options.slots,
                                             .context = options.max_context,
                                             .replicas = options.replicas,
                                             .types = types});
  const auto draft_tokens = longest_draft(model, options);
  const auto params = context_params(model.get(), size, types, options, draft_tokens);
  take_llama_error();
  context_.reset(llama_init_from_model(model.get(), params));
  if (!context_) {
    const auto reason = take_llama_error();
    throw LoadError("no context of " + std::to_string(size.cells) + " KV cells could be made" +
                    (reason.empty() ? "" : ": " + reason));
  }
  const auto longest = static_cast<std::int32_t>(llama_n_ctx_seq(context_.get()));
  const auto wanted = options.max_context > 0 ? options.max_context : longest;
  limits_ = {.context = std::min({wanted, longest, llama_model_n_ctx_train(model.get())}),
             .cells = static_cast<std::int32_t>(llama_n_ctx(context_.get())),
             .slots = options.slots,
             .sequences = static_cast<std::int32_t>(llama_n_seq_max(context_.get())),
             .step_tokens = static_cast<std::int32_t>(llama_n_batch(context_.get())),
             .draft_tokens = draft_tokens,
             .shared_cells = params.kv_unified,
             .divisible = SequenceMemory::divides(model.get())};
  cache_bytes_ = limits_.cells * size.cell_bytes;
  memory_ = std::make_unique<SequenceMemory>(context_.get(), params.kv_unified,
                                             kCheckpointsPerSlot * static_cast<std::size_t>(options.slots));
  for (Token token = 0; token < static_cast<Token>(vocabulary_); ++token) {
    if (ends_text(token)) ends_.push_back(token);
  }
  batch_ = llama_batch_init(limits_.step_tokens, 0, 1);
  threads_.attach_to(context_.get());
  step_sampler_ = std::make_unique<StepSampler>(context_.get(), sampling_helpers(model, options),
                                                backend_sampling(model, options), limits_.sequences);
  drafter_ = make_drafter(model, options, context_.get(), threads_);
  warm_up();
}

LlamaRuntime::~LlamaRuntime() { llama_batch_free(batch_); }

/// The first decode allocates and faults memory in; done here so that the first request does not pay.
void LlamaRuntime::warm_up() {
  const auto begin = llama_vocab_bos(model_.vocab());
  const std::array batch{BatchToken{begin < 0 ? 0 : begin, 0, 0, true}};
  if (decode(batch) != DecodeStatus::ok) throw LoadError("the model failed to compute its first token");
  cut(0, 0);
}

DecodeStatus LlamaRuntime::decode(std::span<const BatchToken> batch) {
  batch_.n_tokens = static_cast<std::int32_t>(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch_.token[i] = batch[i].token;
    batch_.pos[i] = batch[i].position;
    batch_.n_seq_id[i] = 1;
    batch_.seq_id[i][0] = batch[i].sequence;
    batch_.logits[i] = batch[i].output ? 1 : 0;
  }
  take_llama_error();  // An older line is not why this step fails.
  try {
    const auto result = llama_decode(context_.get(), batch_);
    if (result == 0) return DecodeStatus::ok;
    failure_ = take_llama_error();
    return result == 1 ? DecodeStatus::no_cells : DecodeStatus::failed;
  } catch (
      const std::exception& error) {  // Memory for a graph ran out, which llama.cpp returns no number for.
    failure_ = error.what();
    return DecodeStatus::failed;
  }
}

void LlamaRuntime::draft(std::span<const DraftWork> work) {
  if (!drafter_) return;
  try {
    drafter_->draft(work);
  } catch (const std::exception&) {
    drafter_->start_over();
    for (const auto& one : work) one.draft->clear();
  }
}

void LlamaRuntime::sample(std::span<const SampleWork> work) {
  // Who samples waits for the outputs. A step of prompts alone has none, but is measured until here too.
  if (work.empty()) llama_synchronize(context_.get());
  step_sampler_->sample(work);
}

Sampled LlamaRuntime::score(std::int32_t row, Token token, std::int32_t top) {
  Sampled scored{.token = token};
  add_log_probabilities(std::span(llama_get_logits_ith(context_.get(), row), vocabulary_), top, scored);
  return scored;
}

void LlamaRuntime::append_text(Token token, bool control, std::string& text) const {
  append_token_text(model_.vocab(), token, control, text);
}

std::unique_ptr<Sampler> LlamaRuntime::make_sampler(const Sampling& sampling, std::span<const Token> prompt,
                                                    std::unique_ptr<AnswerConstraint> constraint) const {
  auto wanted = sampling;
  // Nothing longer than a context can be looked back at.
  auto& look_back = wanted.dry.last_tokens;
  look_back = look_back < 0 ? limits_.context : std::min(look_back, limits_.context);
  return std::make_unique<LlamaSampler>(vocabulary_, ends_, wanted, prompt,
                                        LlamaSampler::Extras{model_.vocab(), std::move(constraint)});
}

}  // namespace tacho::engine
