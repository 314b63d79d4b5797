// A runtime over one of the random models, driven as the decode loop drives it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "../../../testing/check.hpp"
#include "../llama_runtime.hpp"

namespace tacho::engine::tests {

/// The backends and models that native/testing/run.mjs has prepared.
inline std::string model_file(const std::string& name) {
  load_backends(std::getenv("TACHO_LLAMA_LIBRARIES"));
  return std::string(std::getenv("TACHO_MODELS")) + "/" + name + ".gguf";
}

/// Some text; different seeds differ from their first token on.
inline std::vector<Token> made_up_text(std::int32_t length, std::uint32_t seed = 1) {
  std::vector<Token> tokens;
  for (std::int32_t i = 0; i < length; ++i) {
    seed = seed * 1664525 + 1013904223;
    tokens.push_back(static_cast<Token>(300 + (seed >> 16) % 200));
  }
  return tokens;
}

inline std::vector<Token> joined(std::vector<Token> one, const std::vector<Token>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

/// The first `length` of them.
inline std::vector<Token> start_of(const std::vector<Token>& tokens, std::int32_t length) {
  return {tokens.begin(), tokens.begin() + length};
}

/// How far rounding, which depends on the shape of a batch, moves a logit: 0.24 at most where 64 tokens and
/// more go through another attention kernel. Logits deviate by 2.8.
constexpr float kRounding = 0.3F;

class Stand {
 public:
  explicit Stand(const std::string& model, const ContextOptions& options = {.slots = 3})
      : Stand(ModelOptions{.path = model_file(model), .gpu_layers = 0}, options) {}
  explicit Stand(const ModelOptions& model, const ContextOptions& options = {.slots = 3})
      : Stand(std::make_shared<LlamaModel>(model), options) {}
  Stand(std::shared_ptr<LlamaModel> model, const ContextOptions& options)
      : model_(std::move(model)), runtime_(*model_, options) {}

  LlamaRuntime& runtime() { return runtime_; }

  /// Computes `text` from `held` on, as the prompt of `sequence`. Returns the row of its last token.
  std::int32_t compute(std::int32_t sequence, const std::vector<Token>& text, std::int32_t held = 0) {
    const auto end = static_cast<std::int32_t>(text.size());
    std::int32_t row = -1;
    while (held < end) {
      const auto stop = std::min(end, held + runtime_.limits().step_tokens);
      std::vector<BatchToken> batch;
      for (; held < stop; ++held) {
        batch.push_back({text[static_cast<std::size_t>(held)], held, sequence, held + 1 == end});
      }
      CHECK(runtime_.decode(batch) == DecodeStatus::ok);
      row = static_cast<std::int32_t>(batch.size()) - 1;
    }
    return row;
  }

  /// One step for several sequences: each `text` is held but for its last token, and grows by one.
  struct Running {
    std::int32_t sequence;
    std::vector<Token> text;
  };
  void step(std::vector<Running*> running) {
    std::vector<BatchToken> batch;
    for (const auto* one : running) {
      batch.push_back(
          {one->text.back(), static_cast<std::int32_t>(one->text.size()) - 1, one->sequence, true});
    }
    CHECK(runtime_.decode(batch) == DecodeStatus::ok);
    for (std::size_t i = 0; i < running.size(); ++i) {
      running[i]->text.push_back(greedy(static_cast<std::int32_t>(i)));
    }
  }

  /// What greedy generation adds to `text`, of which `sequence` holds `held` tokens.
  std::vector<Token> generate(std::int32_t sequence, const std::vector<Token>& text, std::int32_t held = 0,
                              std::int32_t count = 6) {
    compute(sequence, start_of(text, static_cast<std::int32_t>(text.size()) - 1), held);
    Running running{sequence, text};
    for (std::int32_t i = 0; i < count; ++i) step({&running});
    return {running.text.begin() + static_cast<std::ptrdiff_t>(text.size()), running.text.end()};
  }

  /// Whether a runtime that has never computed anything else generates `tokens` after `text`.
  void check_generated(const std::vector<Token>& text, const std::vector<Token>& tokens) const {
    Stand fresh(model_, {.slots = 1});
    auto before = text;
    auto row = fresh.compute(0, text);
    for (const auto token : tokens) {
      CHECK_EQUAL(fresh.greedy(row, token), token);
      before.push_back(token);
      row = fresh.compute(0, before, static_cast<std::int32_t>(before.size()) - 1);
    }
  }

 private:
  /// The likeliest token after `row`; `favoured` when it is no less likely but for rounding.
  Token greedy(std::int32_t row, Token favoured = -1) {
    Sampling sampling{.temperature = 0};
    if (favoured >= 0) sampling.logit_bias = {{favoured, kRounding}};
    const auto sampler = runtime_.make_sampler(sampling, {});
    std::vector<Sampled> sampled;
    const SampleWork work{.sampler = sampler.get(), .row = row, .sampled = &sampled};
    runtime_.sample({&work, 1});
    return sampled.front().token;
  }

  std::shared_ptr<LlamaModel> model_;
  LlamaRuntime runtime_;
};

}  // namespace tacho::engine::tests
