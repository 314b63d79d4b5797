// Vectors and scores from models made for them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "compute_threads.hpp"
#include "input_error.hpp"
#include "shared_model.hpp"

namespace tacho::engine {

struct EmbedderOptions {
  std::int32_t batch_tokens =
      0;  // tokens computed at once, the longest input among them, up to 2^20; 0: 2,048
  std::int32_t threads = 1;
  std::string flash_attention = "auto";  // auto, on or off
};

/// Thread-safe: calls wait for each other.
class LlamaEmbedder {
 public:
  /// Throws LoadError, also when the model is for generation.
  LlamaEmbedder(const ModelOptions& model, const EmbedderOptions& options);
  /// The same of a model for embeddings or ranking whose loading began at `started_at`.
  LlamaEmbedder(const EmbedderOptions& options, std::chrono::steady_clock::time_point started_at,
                std::shared_ptr<const LlamaModel> model);
  ~LlamaEmbedder();

  const LlamaModel& model() const { return *model_; }
  double load_seconds() const { return load_seconds_; }
  /// Tokens that one input may have.
  std::int32_t context() const { return context_tokens_; }
  /// Throws InputError for an input whose text of `bytes` is too long to be worth tokenising.
  void check_length(std::size_t input, std::size_t bytes) const;
  /// Numbers in one vector.
  std::int32_t dimensions() const { return dimensions_; }

  /// One vector of length 1 an input. Throws InputError when one is empty, too long or no tokens of this
  /// model, or when its vector has no direction, std::runtime_error when llama.cpp fails.
  std::vector<std::vector<float>> embed(std::span<const std::vector<Token>> inputs);
  /// How well each input, made by LlamaModel::tokenize_pair(), fits: the model's own score, which has no
  /// fixed range. Throws as embed() does.
  std::vector<float> rank(std::span<const std::vector<Token>> inputs);

 private:
  void require(ModelKind kind) const;
  void check(std::span<const std::vector<Token>> inputs) const;
  std::vector<std::vector<float>> pooled(std::span<const std::vector<Token>> inputs, std::int32_t numbers);
  void compute(std::span<const std::vector<Token>> inputs);

  struct FreeContext {
    void operator()(llama_context* context) const { llama_free(context); }
  };

  std::shared_ptr<const LlamaModel> model_;
  ComputeThreads threads_;
  std::unique_ptr<llama_context, FreeContext> context_;
  llama_batch batch_{};
  std::int32_t context_tokens_ = 0;
  std::int32_t dimensions_ = 0;
  double load_seconds_ = 0;
  std::mutex computing_;
};

}  // namespace tacho::engine
