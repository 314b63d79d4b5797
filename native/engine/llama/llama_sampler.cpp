#include "llama_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tacho::engine {

namespace {
/// Below it, logits divided by the temperature leave the range of float, and llama.cpp then samples the last
/// token of the vocabulary for ever. No sampled text differs from the greedy one long before.
constexpr float kGreedyTemperature = 1e-4F;
}  // namespace

LlamaSampler::LlamaSampler(const llama_vocab* vocab, const Sampling& sampling, std::span<const Token> prompt,
                           std::int32_t context)
    : chain_(llama_sampler_chain_init(llama_sampler_chain_default_params())),
      vocabulary_(llama_vocab_n_tokens(vocab)) {
  add_bias(vocab, sampling);
  add_penalties(sampling, prompt, context);
  if (sampling.temperature < kGreedyTemperature) {
    plain_greedy_ = llama_sampler_chain_n(chain_.get()) == 0;
    add(llama_sampler_init_greedy());
    return;
  }
  if (sampling.top_k > 0) add(llama_sampler_init_top_k(sampling.top_k));
  if (sampling.top_p < 1) add(llama_sampler_init_top_p(sampling.top_p, 1));
  if (sampling.min_p > 0) add(llama_sampler_init_min_p(sampling.min_p, 1));
  add(llama_sampler_init_temp(sampling.temperature));
  add(llama_sampler_init_dist(sampling.has_seed ? sampling.seed : LLAMA_DEFAULT_SEED));
}

void LlamaSampler::add_bias(const llama_vocab* vocab, const Sampling& sampling) {
  std::vector<llama_logit_bias> biases;
  for (const auto& [token, bias] : sampling.logit_bias) biases.push_back({token, bias});
  for (Token token = 0; sampling.ignore_eos && token < vocabulary_; ++token) {
    if (llama_vocab_is_eog(vocab, token)) biases.push_back({token, -INFINITY});
  }
  if (biases.empty()) return;
  add(llama_sampler_init_logit_bias(vocabulary_, static_cast<std::int32_t>(biases.size()), biases.data()));
}

/// Repetition counts the prompt too; presence and frequency count what was generated (as in vLLM).
void LlamaSampler::add_penalties(const Sampling& sampling, std::span<const Token> prompt,
                                 std::int32_t context) {
  if (sampling.repeat_penalty != 1) {
    auto* repeat = llama_sampler_init_penalties(vocabulary_, context, sampling.repeat_penalty, 0, 0);
    for (const auto token : prompt) llama_sampler_accept(repeat, token);
    add(repeat);
  }
  if (sampling.frequency_penalty != 0 || sampling.presence_penalty != 0) {
    add(llama_sampler_init_penalties(vocabulary_, context, 1, sampling.frequency_penalty,
                                     sampling.presence_penalty));
  }
}

Token LlamaSampler::sample(llama_context* context, std::int32_t row) {
  if (!plain_greedy_) return llama_sampler_sample(chain_.get(), context, row);
  const float* logits = llama_get_logits_ith(context, row);
  return static_cast<Token>(std::max_element(logits, logits + vocabulary_) - logits);
}

}  // namespace tacho::engine
