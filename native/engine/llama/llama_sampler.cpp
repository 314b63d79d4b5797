#include "llama_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "../sampling/highest.hpp"
#include "../sampling/likeliest.hpp"
#include "../sampling/log_probabilities.hpp"

namespace tacho::engine {

namespace {

/// Below it, logits divided by the temperature leave the range of float, and llama.cpp then samples the last
/// token of the vocabulary for ever. No sampled text differs from the greedy one long before.
constexpr float kGreedyTemperature = 1e-4F;
/// Up to here a partial sort of the few best wins over llama.cpp's sort in buckets.
constexpr std::int32_t kFew = 128;

std::uint32_t seed_of(const Sampling& sampling) {
  if (sampling.has_seed) return sampling.seed;
  const auto seed = static_cast<std::uint32_t>(std::random_device()());
  return seed == LLAMA_DEFAULT_SEED ? 0 : seed;  // For llama.cpp, that one means "any".
}

}  // namespace

LlamaSampler::LlamaSampler(std::size_t vocabulary, std::span<const Token> ends, const Sampling& sampling,
                           std::span<const Token> prompt)
    : sampling_(sampling),
      vocabulary_(vocabulary),
      edits_(sampling, prompt),
      way_(way_of()),
      seed_(seed_of(sampling)),
      numbers_(seed_) {
  for (const auto end : ends) {
    if (sampling.ignore_eos) edits_.add_bias(end, -INFINITY);
  }
  add_stages();
  backend_chain_ = describe_backend_chain();
}

LlamaSampler::Way LlamaSampler::way_of() const {
  if (sampling_.temperature < kGreedyTemperature) return Way::greedy;
  if (sampling_.top_k > 0) return sampling_.top_k <= kFew ? Way::top_k : Way::chain;
  if (sampling_.top_p < 1) return Way::top_p;
  return sampling_.min_p > 0 ? Way::min_p : Way::softmax;
}

void LlamaSampler::add_stages() {
  if (sampling_.top_k > 0) stages_.emplace_back(llama_sampler_init_top_k(sampling_.top_k));
  if (sampling_.top_p < 1) stages_.emplace_back(llama_sampler_init_top_p(sampling_.top_p, 1));
  if (sampling_.min_p > 0) stages_.emplace_back(llama_sampler_init_min_p(sampling_.min_p, 1));
  stages_.emplace_back(llama_sampler_init_temp(sampling_.temperature));
}

void LlamaSampler::sample(std::span<float* const> rows, std::span<const Token> draft,
                          std::vector<Sampled>& sampled) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span logits(rows[i], vocabulary_);
    auto& one = sampled.emplace_back(Sampled{.token = draw(logits)});
    if (sampling_.logprobs >= 0) add_log_probabilities(logits, sampling_.logprobs, one);
    edits_.accept(one.token);
    if (i < draft.size() && one.token != draft[i]) return;
  }
}

Token LlamaSampler::draw(std::span<float> logits) {
  edits_.apply(logits);
  const auto token = draw_edited(logits);
  edits_.undo(logits);
  return token;
}

Token LlamaSampler::draw_edited(std::span<const float> logits) {
  if (way_ == Way::greedy) return static_cast<Token>(best_of(logits));
  if (way_ == Way::softmax) {
    return static_cast<Token>(draw_from_softmax(logits, sampling_.temperature, numbers_.next()));
  }
  static thread_local std::vector<Token> tokens;
  static thread_local std::vector<llama_token_data> candidates;
  candidates.clear();
  const bool shortened = shorten(logits, tokens) && !tokens.empty();
  if (shortened) {
    for (const auto token : tokens) candidates.push_back({token, logits[static_cast<std::size_t>(token)], 0});
  } else {
    for (const float logit : logits) candidates.push_back({static_cast<Token>(candidates.size()), logit, 0});
  }
  return draw_from(candidates, shortened);
}

/// Does the first stage's work, where there is a shorter way.
bool LlamaSampler::shorten(std::span<const float> logits, std::vector<Token>& tokens) const {
  switch (way_) {
    case Way::top_k:
      likeliest(logits, static_cast<std::size_t>(sampling_.top_k), tokens);
      return true;
    case Way::top_p:
      return nucleus(logits, sampling_.top_p, tokens);
    case Way::min_p:
      at_least(logits, highest(logits) + std::log(sampling_.min_p), tokens);
      return true;
    default:
      return false;
  }
}

Token LlamaSampler::draw_from(std::vector<llama_token_data>& candidates, bool shortened) {
  llama_token_data_array left{candidates.data(), candidates.size(), -1, shortened && way_ != Way::min_p};
  for (std::size_t stage = shortened ? 1 : 0; stage < stages_.size(); ++stage) {
    llama_sampler_apply(stages_[stage].get(), &left);
  }
  static thread_local std::vector<float> logits;
  logits.clear();
  for (std::size_t i = 0; i < left.size; ++i) logits.push_back(left.data[i].logit);
  return left.data[draw_in_order(logits, 1, numbers_.next())].id;
}

double LlamaSampler::nanoseconds() const {
  static constexpr double kEntry[] = {0.08, 1.3, 0.27, 4, 0.15, 10};  // by Way, measured on an x86-64 of 2024
  const double logprobs = sampling_.logprobs >= 0 ? 1.3 : 0;
  return static_cast<double>(vocabulary_) * (kEntry[static_cast<std::size_t>(way_)] + logprobs);
}

// --- on the back end ---------------------------------------------------------------------------------------

/// Penalties stay here: the back end's take every token of a context's length with each step.
std::optional<BackendChain> LlamaSampler::describe_backend_chain() const {
  if (edits_.penalises() || sampling_.logprobs >= 0) return {};
  BackendChain chain{.biases = edits_.biases()};
  if (way_ == Way::greedy) return chain;
  chain.temperature = sampling_.temperature;
  chain.top_k = std::min(sampling_.top_k, static_cast<std::int32_t>(vocabulary_));
  chain.top_p = sampling_.top_p;
  chain.min_p = sampling_.min_p;
  return chain;
}

LlamaSamplerPtr LlamaSampler::backend_numbers() const {
  LlamaSamplerPtr numbers(llama_sampler_init_dist(seed_));
  for (std::int32_t drawn = 0; drawn < numbers_.drawn(); ++drawn) {
    llama_token_data only{0, 0, 0};
    llama_token_data_array candidates{&only, 1, -1, false};
    llama_sampler_apply(numbers.get(), &candidates);
  }
  return numbers;
}

}  // namespace tacho::engine
