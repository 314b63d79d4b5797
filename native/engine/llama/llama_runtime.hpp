// The Runtime over llama.cpp: one context and a persistent thread pool.
#pragma once

#include <memory>

#include "../loop/runtime.hpp"
#include "compute_threads.hpp"
#include "llama_drafter.hpp"
#include "llama_model.hpp"
#include "llama_sampler.hpp"
#include "sequence_memory.hpp"
#include "step_sampler.hpp"

namespace tacho::engine {

struct ContextOptions {
  std::int32_t cells = 0;        // KV cells all sequences share; 0: as many as sensible, see cache_size.hpp
  std::int32_t max_context = 0;  // tokens of one request; 0: what the model was trained for
  std::int32_t replicas = 1;     // contexts that share the memory
  bool measures = true;          // off to see what measuring costs
  double priority_seconds = 10;  // waiting this long raises a request's priority by one
  double prefill_multiple = 2;   // see Loop::Options
  std::int32_t slots = 1;        // requests that run at once, 1 … 256, llama.cpp's limit
  std::int32_t threads = 1;
  std::string flash_attention = "auto";  // auto, on or off
  std::string cache_type_k = "f16";      // as ggml names its types
  std::string cache_type_v = "f16";
  std::string speculation = "off";  // off, ngram or draft
  std::int32_t draft_tokens = 0;    // longest draft
  std::string draft_model;          // path; only with "draft"
  /// Sampling in the model's graph, where a request allows it: auto (on a GPU, for parameters that repeat),
  /// on or off.
  std::string backend_sampling = "auto";
};

class LlamaRuntime : public Runtime {
 public:
  /// Throws LoadError, e.g. when the KV cache does not fit in memory.
  LlamaRuntime(const LlamaModel& model, const ContextOptions& options);
  ~LlamaRuntime() override;

  const Limits& limits() const override { return limits_; }
  /// Of the KV cache, about.
  std::int64_t cache_bytes() const { return cache_bytes_; }
  bool computes_asynchronously() const override { return asynchronous_; }
  DecodeStatus decode(std::span<const BatchToken> batch) override;
  std::string failure() const override { return failure_; }
  void draft(std::span<const DraftWork> work) override;
  void sample(std::span<const SampleWork> work) override;
  Sampled score(std::int32_t row, Token token, std::int32_t top) override;
  void bind(std::int32_t sequence, Sampler* sampler) override { step_sampler_->bind(sequence, sampler); }
  bool ends_text(Token token) const override { return llama_vocab_is_eog(model_.vocab(), token); }
  void append_text(Token token, bool control, std::string& text) const override;
  std::int32_t cut(std::int32_t sequence, std::int32_t length) override {
    return memory_->cut(sequence, length);
  }
  std::int32_t copy(std::int32_t from, std::int32_t to, std::int32_t length) override {
    return memory_->copy(from, to, length);
  }
  void remember(std::int32_t sequence) override { memory_->remember(sequence); }
  double take_restore_seconds() override { return memory_->take_restore_seconds(); }
  void use_adapter(std::int32_t adapter) override { model_.adapters().apply(context_.get(), adapter); }

  /// Thread-safe: reads only the model.
  std::unique_ptr<Sampler> make_sampler(const Sampling& sampling, std::span<const Token> prompt,
                                        std::unique_ptr<AnswerConstraint> constraint = nullptr) const;

 private:
  void warm_up();

  struct FreeContext {
    void operator()(llama_context* context) const { llama_free(context); }
  };

  const LlamaModel& model_;
  std::size_t vocabulary_;
  std::vector<Token> ends_;
  Limits limits_;
  std::int64_t cache_bytes_ = 0;
  bool asynchronous_ = false;  // a GPU computes while its host goes on
  // Each is freed before those above it, which it uses.
  ComputeThreads threads_;
  std::unique_ptr<StepSampler> step_sampler_;  // the context knows its chains
  std::unique_ptr<llama_context, FreeContext> context_;
  std::unique_ptr<LlamaDrafter> drafter_;
  std::unique_ptr<SequenceMemory> memory_;
  llama_batch batch_{};
  std::string failure_;
};

}  // namespace tacho::engine
