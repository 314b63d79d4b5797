#include "backend_sampling.hpp"

#include <algorithm>

namespace tacho::engine {

namespace {

/// Requests of equal parameters that must follow each other before these get chains.
constexpr std::int32_t kInARow = 4;

LlamaSamplerPtr chain_of(const BackendChain& describes, std::int32_t vocabulary) {
  LlamaSamplerPtr chain(llama_sampler_chain_init(llama_sampler_chain_default_params()));
  const auto add = [&chain](llama_sampler* sampler) { llama_sampler_chain_add(chain.get(), sampler); };
  if (!describes.biases.empty()) {
    std::vector<llama_logit_bias> biases;
    for (const auto& [token, bias] : describes.biases) biases.push_back({token, bias});
    add(llama_sampler_init_logit_bias(vocabulary, static_cast<std::int32_t>(biases.size()), biases.data()));
  }
  if (describes.temperature == 0) {
    add(llama_sampler_init_greedy());
    return chain;
  }
  if (describes.top_k > 0) add(llama_sampler_init_top_k(describes.top_k));
  if (describes.top_p < 1) add(llama_sampler_init_top_p(describes.top_p, 1));
  if (describes.min_p > 0) add(llama_sampler_init_min_p(describes.min_p, 1));
  if (describes.temperature != 1) add(llama_sampler_init_temp(describes.temperature));
  add(llama_sampler_init_dist(0));
  return chain;
}

llama_sampler* last_of(llama_sampler* chain) {
  return llama_sampler_chain_get(chain, llama_sampler_chain_n(chain) - 1);
}

/// llama.cpp puts a "+" before the names of those that run on the back end, in an attached chain.
bool runs_whole(llama_sampler* chain) { return llama_sampler_name(last_of(chain))[0] == '+'; }

}  // namespace

BackendSampling::BackendSampling(llama_context* context, Use use, std::int32_t sequences)
    : context_(context), use_(use), places_(static_cast<std::size_t>(sequences)) {}

void BackendSampling::bind(std::int32_t sequence, LlamaSampler* sampler) {
  if (use_ == Use::never) return;
  auto& place = places_[static_cast<std::size_t>(sequence)];
  place.sampler = nullptr;
  if (sampler == nullptr) return;
  for (auto& other : places_) {
    if (other.sampler == sampler) other.sampler = nullptr;
  }
  const auto& wanted = sampler->backend_chain();
  const bool fits = wanted && place.chain && place.describes == *wanted;
  const bool earned = earns_a_chain(wanted);
  if (!fits) detach(sequence);
  if (!fits && !(earned && attach(sequence, *wanted))) return;
  place.sampler = sampler;
  if (wanted->temperature != 0)
    llama_sampler_copy(sampler->backend_numbers().get(), last_of(place.chain.get()));
}

bool BackendSampling::earns_a_chain(const std::optional<BackendChain>& wanted) {
  in_a_row_ = wanted == last_ ? in_a_row_ + 1 : 1;
  last_ = wanted;
  return wanted && (use_ == Use::always || in_a_row_ >= kInARow);
}

bool BackendSampling::attach(std::int32_t sequence, const BackendChain& wanted) {
  auto& place = places_[static_cast<std::size_t>(sequence)];
  place.chain = chain_of(wanted, llama_vocab_n_tokens(llama_model_get_vocab(llama_get_model(context_))));
  place.describes = wanted;
  if (llama_set_sampler(context_, sequence, place.chain.get()) && runs_whole(place.chain.get())) return true;
  use_ = Use::never;  // Some operation is missing on this device, and will be the next time.
  // Sequences with a chain get no logits, which the processor needs from now on.
  for (std::size_t each = 0; each < places_.size(); ++each) detach(static_cast<std::int32_t>(each));
  return false;
}

void BackendSampling::detach(std::int32_t sequence) {
  auto& place = places_[static_cast<std::size_t>(sequence)];
  if (!place.chain) return;
  llama_set_sampler(context_, sequence, nullptr);
  place.chain.reset();
}

bool BackendSampling::samples_for(const LlamaSampler& sampler) const { return place_of(sampler) != nullptr; }

Token BackendSampling::take(LlamaSampler& sampler, std::int32_t row) {
  sampler.skip_number();
  return llama_sampler_sample(place_of(sampler)->chain.get(), context_, row);
}

const BackendSampling::Place* BackendSampling::place_of(const LlamaSampler& sampler) const {
  if (use_ == Use::never) return nullptr;
  const auto found = std::ranges::find(places_, &sampler, &Place::sampler);
  return found == places_.end() ? nullptr : &*found;
}

}  // namespace tacho::engine
