#include "llama_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "../grammar/grammar_error.hpp"
#include "../sampling/highest.hpp"
#include "../sampling/likeliest.hpp"
#include "../sampling/log_probabilities.hpp"

namespace tacho::engine {

namespace {

/// Below it, logits divided by the temperature leave the range of float, and llama.cpp then samples the last
/// token of the vocabulary for ever. No sampled text differs from the greedy one long before.
constexpr float kGreedyTemperature = 1e-4F;
/// Tokens that Mirostat estimates its exponent from, as in the paper.
constexpr std::int32_t kMirostatTokens = 100;
/// Up to here a partial sort of the few best wins over llama.cpp's sort in buckets.
constexpr std::int32_t kFew = 128;

std::uint32_t seed_of(const Sampling& sampling) {
  if (sampling.has_seed) return sampling.seed;
  const auto seed = static_cast<std::uint32_t>(std::random_device()());
  return seed == LLAMA_DEFAULT_SEED ? 0 : seed;  // For llama.cpp, that one means "any".
}

}  // namespace

LlamaSampler::LlamaSampler(std::size_t vocabulary, std::span<const Token> ends, const Sampling& sampling,
                           std::span<const Token> prompt, Extras extras)
    : sampling_(sampling),
      vocabulary_(vocabulary),
      ends_(ends),
      edits_(sampling, prompt),
      constraint_(std::move(extras.constraint)),
      way_(way_of()),
      seed_(seed_of(sampling)),
      numbers_(seed_) {
  for (const auto end : ends) {
    if (sampling.ignore_eos) edits_.add_bias(end, -INFINITY);
  }
  if (sampling.dry.multiplier != 0) add_dry(extras.vocab, prompt);
  add_stages();
  backend_chain_ = describe_backend_chain();
}

/// What only llama.cpp's own samplers do.
bool LlamaSampler::needs_chain() const {
  return sampling_.typical_p < 1 || sampling_.xtc_probability > 0 || sampling_.dry.multiplier != 0 ||
         sampling_.mirostat != 0;
}

LlamaSampler::Way LlamaSampler::way_of() const {
  if (needs_chain()) return Way::chain;
  if (sampling_.temperature < kGreedyTemperature) return Way::greedy;
  if (sampling_.top_k > 0) return sampling_.top_k <= kFew ? Way::top_k : Way::chain;
  if (sampling_.top_p < 1) return Way::top_p;
  return sampling_.min_p > 0 ? Way::min_p : Way::softmax;
}

/// Learns the prompt, since what it repeats of that counts too.
void LlamaSampler::add_dry(const llama_vocab* vocab, std::span<const Token> prompt) {
  const auto& dry = sampling_.dry;
  std::vector<const char*> breakers;
  for (const auto& breaker : dry.breakers) breakers.push_back(breaker.c_str());
  dry_ = llama_sampler_init_dry(vocab, dry.multiplier, dry.base, dry.allowed_length, dry.last_tokens,
                                breakers.data(), breakers.size());
  stages_.emplace_back(dry_);
  for (const auto token : prompt) llama_sampler_accept(dry_, token);
}

void LlamaSampler::add_stages() {
  const auto seed = seed_;
  if (sampling_.mirostat != 0) {
    stages_.emplace_back(llama_sampler_init_temp(sampling_.temperature));
    stages_.emplace_back(
        sampling_.mirostat == 1
            ? llama_sampler_init_mirostat(static_cast<std::int32_t>(vocabulary_), seed,
                                          sampling_.mirostat_tau, sampling_.mirostat_eta, kMirostatTokens)
            : llama_sampler_init_mirostat_v2(seed, sampling_.mirostat_tau, sampling_.mirostat_eta));
    return;
  }
  if (sampling_.top_k > 0) stages_.emplace_back(llama_sampler_init_top_k(sampling_.top_k));
  if (sampling_.typical_p < 1) stages_.emplace_back(llama_sampler_init_typical(sampling_.typical_p, 1));
  if (sampling_.top_p < 1) stages_.emplace_back(llama_sampler_init_top_p(sampling_.top_p, 1));
  if (sampling_.min_p > 0) stages_.emplace_back(llama_sampler_init_min_p(sampling_.min_p, 1));
  if (sampling_.xtc_probability > 0)
    stages_.emplace_back(llama_sampler_init_xtc(sampling_.xtc_probability, sampling_.xtc_threshold, 1, seed));
  stages_.emplace_back(llama_sampler_init_temp(sampling_.temperature));
}

void LlamaSampler::sample(std::span<float* const> rows, std::span<const Token> draft,
                          std::vector<Sampled>& sampled) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span logits(rows[i], vocabulary_);
    auto& one = sampled.emplace_back(Sampled{.token = draw(logits)});
    if (one.token < 0) return;
    if (sampling_.logprobs >= 0) add_log_probabilities(logits, sampling_.logprobs, one);
    if (!accept(one.token)) {
      one.token = kStuck;
      return;
    }
    if (i < draft.size() && one.token != draft[i]) return;
  }
}

bool LlamaSampler::accept(Token token) {
  edits_.accept(token);
  if (dry_ != nullptr) llama_sampler_accept(dry_, token);
  try {
    if (constraint_) constraint_->accept(token);
    return true;
  } catch (const GrammarTooComplex&) {
    return false;
  }
}

/// As llama.cpp has it: the constraint is asked about the drawn token first, because that fits mostly, and
/// all tokens only where it does not.
Token LlamaSampler::draw(std::span<float> logits) {
  edits_.apply(logits);
  auto token = draw_edited(logits);
  try {
    if (constraint_ && !constraint_->allows(token)) token = draw_fitting(logits);
  } catch (const GrammarTooComplex&) {
    token = kStuck;
  }
  edits_.undo(logits);
  return token;
}

Token LlamaSampler::draw_fitting(std::span<const float> logits) {
  static thread_local std::vector<float> masked;
  masked.assign(logits.begin(), logits.end());
  constraint_->mask(masked);
  if (std::ranges::any_of(masked, [](float logit) { return logit > -INFINITY; })) return draw_edited(masked);
  // The request's own biases may rule out the end, where nothing else fits.
  return constraint_->can_end() ? kComplete : kStuck;
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
  if (sampling_.mirostat != 0) return left.data[left.selected].id;
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
  if (edits_.penalises() || sampling_.logprobs >= 0 || constraint_ || needs_chain()) return {};
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
