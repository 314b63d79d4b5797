// Draws from LlamaSampler and from llama.cpp's own chains, of every kind of settings, and compares the
// tokens. Ends with 1 at the first difference.
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "../../llama/llama_sampler.hpp"
#include "../../sampling/crew.hpp"

namespace {

using namespace tacho::engine;

constexpr std::size_t kVocabulary = 32'000;
constexpr std::int32_t kTokens = 40;
const std::vector<Token> kPrompt{5, 6, 7, 7, 300, 1000};

Sampling with(float temperature, std::int32_t top_k = 0, float top_p = 1, float min_p = 0) {
  return {.temperature = temperature, .top_p = top_p, .top_k = top_k, .min_p = min_p};
}

Sampling penalised(Sampling sampling, float repeat, float frequency, float presence) {
  sampling.repeat_penalty = repeat;
  sampling.frequency_penalty = frequency;
  sampling.presence_penalty = presence;
  return sampling;
}

Sampling biased(Sampling sampling) {
  sampling.logit_bias = {{7, 12.F}, {300, -100.F}, {301, 9.5F}};
  return sampling;
}

Sampling typical(Sampling sampling, float p) {
  sampling.typical_p = p;
  return sampling;
}

Sampling excluding(Sampling sampling, float probability) {
  sampling.xtc_probability = probability;
  sampling.xtc_threshold = 0.05F;
  return sampling;
}

Sampling dry(Sampling sampling, float multiplier) {
  sampling.dry = {.multiplier = multiplier, .base = 1.5F, .allowed_length = 1, .last_tokens = 64};
  return sampling;
}

Sampling mirostat(Sampling sampling, std::int32_t version) {
  sampling.mirostat = version;
  sampling.mirostat_tau = 4;
  sampling.mirostat_eta = 0.3F;
  return sampling;
}

const std::vector<Sampling> kSettings{
    with(0),
    with(1),
    with(0.7F),
    with(3),
    with(0.7F, 1),
    with(0.7F, 40),
    with(1, 128),
    with(1, 129),
    with(1, 1'000'000),
    with(0.7F, 40, 0.9F, 0.05F),
    with(1, 0, 0.1F),
    with(1, 0, 0.9F),
    with(0.8F, 0, 0.95F, 0.02F),
    with(1, 0, 0.999F),
    with(1.5F, 0, 1, 0.05F),
    with(1, 0, 1, 1),
    penalised(with(0), 1.3F, 0, 0),
    penalised(with(1), 1, 0.7F, 0.4F),
    penalised(with(0.9F, 40), 1.1F, 0.2F, -0.3F),
    biased(with(0)),
    biased(with(1, 0, 0.9F)),
    biased(penalised(with(1), 1.2F, 1, 1)),
    typical(with(1), 0.6F),
    typical(with(0.8F, 40, 0.9F, 0.02F), 0.9F),
    excluding(with(1), 1),
    excluding(biased(with(0.9F, 50)), 0.5F),
    dry(with(1, 40), 0.8F),
    dry(excluding(typical(with(1), 0.9F), 0.5F), 2),
    mirostat(with(1), 1),
    mirostat(penalised(with(0.8F), 1.1F, 0.3F, 0), 2),
};

/// Logits as sharp as a trained model's: falling with the logarithm of the rank, ranks at random.
std::vector<float> random_row(std::size_t size, float steepness, std::mt19937& random) {
  std::normal_distribution<float> noise(0, 0.3F);
  std::uniform_real_distribution<float> rank(1, static_cast<float>(size));
  std::vector<float> logits(size);
  for (auto& logit : logits) logit = 15 - steepness * std::log(rank(random)) + noise(random);
  for (int i = 0; i < 20; ++i) logits[random() % size] += steepness * 5;
  return logits;
}

LlamaSamplerPtr chain_of(const Sampling& sampling) {
  LlamaSamplerPtr chain(llama_sampler_chain_init(llama_sampler_chain_default_params()));
  const auto add = [&chain](llama_sampler* sampler) { llama_sampler_chain_add(chain.get(), sampler); };
  constexpr auto size = static_cast<std::int32_t>(kVocabulary);
  std::vector<llama_logit_bias> biases;
  for (const auto& [token, bias] : sampling.logit_bias) biases.push_back({token, bias});
  add(llama_sampler_init_logit_bias(size, static_cast<std::int32_t>(biases.size()), biases.data()));
  auto* repeat = llama_sampler_init_penalties(size, 4096, sampling.repeat_penalty, 0, 0);
  for (const auto token : kPrompt) llama_sampler_accept(repeat, token);
  add(repeat);
  add(llama_sampler_init_penalties(size, 4096, 1, sampling.frequency_penalty, sampling.presence_penalty));
  if (sampling.temperature == 0) {
    add(llama_sampler_init_greedy());
    return chain;
  }
  const auto& [multiplier, base, allowed, last, breakers] = sampling.dry;
  if (multiplier != 0) {
    auto* dry = llama_sampler_init_dry(nullptr, multiplier, base, allowed, last, nullptr, 0);
    for (const auto token : kPrompt) llama_sampler_accept(dry, token);
    add(dry);
  }
  if (sampling.mirostat != 0) {
    add(llama_sampler_init_temp(sampling.temperature));
    const auto [tau, eta] = std::pair(sampling.mirostat_tau, sampling.mirostat_eta);
    add(sampling.mirostat == 1 ? llama_sampler_init_mirostat(size, sampling.seed, tau, eta, 100)
                               : llama_sampler_init_mirostat_v2(sampling.seed, tau, eta));
    return chain;
  }
  add(llama_sampler_init_top_k(sampling.top_k));
  add(llama_sampler_init_typical(sampling.typical_p, 1));
  add(llama_sampler_init_top_p(sampling.top_p, 1));
  add(llama_sampler_init_min_p(sampling.min_p, 1));
  add(llama_sampler_init_xtc(sampling.xtc_probability, sampling.xtc_threshold, 1, sampling.seed));
  add(llama_sampler_init_temp(sampling.temperature));
  add(llama_sampler_init_dist(sampling.seed));
  return chain;
}

Token draw(llama_sampler* chain, const std::vector<float>& logits) {
  std::vector<llama_token_data> candidates;
  for (const float logit : logits) candidates.push_back({static_cast<Token>(candidates.size()), logit, 0});
  llama_token_data_array left{candidates.data(), candidates.size(), -1, false};
  llama_sampler_apply(chain, &left);
  const auto token = left.data[left.selected].id;
  llama_sampler_accept(chain, token);
  return token;
}

/// Seeds, tokens and settings are few enough to be repeated exactly: equal logits, whose order may differ, do
/// not decide any of these draws.
bool agrees(std::size_t settings, float steepness, std::uint32_t seed) {
  auto sampling = kSettings[settings];
  sampling.has_seed = true;
  sampling.seed = seed;
  LlamaSampler sampler(kVocabulary, {}, sampling, kPrompt);
  const auto chain = chain_of(sampling);
  std::mt19937 random(seed);
  for (std::int32_t i = 0; i < kTokens; ++i) {
    auto logits = random_row(kVocabulary, steepness, random);
    const auto expected = draw(chain.get(), logits);
    std::vector<Sampled> sampled;
    sampler.sample(std::vector<float*>{logits.data()}, {}, sampled);
    if (sampled.front().token == expected) continue;
    std::printf("settings %zu, steepness %g, seed %u, token %d: expected %d, received %d\n", settings,
                static_cast<double>(steepness), seed, i, expected, sampled.front().token);
    return false;
  }
  return true;
}

/// Rows shared between threads bring what one thread alone brings.
bool sharing_agrees(const Sampling& base) {
  std::mt19937 random(3);
  std::vector<std::vector<float>> rows;
  std::vector<std::unique_ptr<LlamaSampler>> samplers[2];
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    rows.push_back(random_row(kVocabulary, 2, random));
    auto sampling = base;
    sampling.has_seed = true;
    sampling.seed = seed;
    for (auto& set : samplers) {
      set.push_back(std::make_unique<LlamaSampler>(kVocabulary, std::span<const Token>(), sampling, kPrompt));
    }
  }
  const auto tokens_of = [&rows](Crew& crew, const auto& set) {
    std::vector<std::vector<Sampled>> sampled(rows.size());
    crew.run(rows.size(), [&](std::size_t i) {
      set[i]->sample(std::vector<float*>{rows[i].data(), rows[i].data()}, std::vector<Token>{-1}, sampled[i]);
    });
    std::vector<Token> tokens;
    for (const auto& one : sampled) tokens.push_back(one.size() == 1 ? one.front().token : -1);
    return tokens;
  };
  Crew alone(0);
  Crew crew(3);
  return tokens_of(alone, samplers[0]) == tokens_of(crew, samplers[1]);
}

/// Rows are sampled as far as the draft is what comes out.
bool drafts_agree() {
  std::mt19937 random(4);
  std::vector<std::vector<float>> rows;
  std::vector<float*> pointers;
  for (int i = 0; i < 4; ++i) rows.push_back(random_row(kVocabulary, 2, random));
  for (auto& row : rows) pointers.push_back(row.data());
  const auto sample = [&](const std::vector<Token>& draft) {
    auto sampling = penalised(with(0.7F, 40), 1.2F, 0.5F, 0);
    sampling.has_seed = true;
    LlamaSampler sampler(kVocabulary, {}, sampling, kPrompt);
    std::vector<Sampled> sampled;
    for (std::size_t at = 0; at < rows.size(); at = sampled.size()) {
      const auto left = draft.empty() ? std::span<const Token>() : std::span(draft).subspan(at);
      sampler.sample(std::span(pointers).subspan(at, 1 + left.size()), left, sampled);
    }
    std::vector<Token> tokens;
    for (const auto& one : sampled) tokens.push_back(one.token);
    return tokens;
  };
  const auto expected = sample({});
  const std::vector<Token> right(expected.begin(), expected.end() - 1);
  auto wrong = right;
  wrong[1] = -1;
  return sample(right) == expected && sample(wrong) == expected;
}

}  // namespace

int main() {
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  for (std::size_t settings = 0; settings < kSettings.size(); ++settings) {
    for (const float steepness : {0.3F, 2.F}) {
      for (const std::uint32_t seed : {1U, 42U}) {
        if (!agrees(settings, steepness, seed)) return 1;
      }
    }
    if (!sharing_agrees(kSettings[settings])) return 1;
  }
  if (!drafts_agree()) return 1;
  std::printf("%zu settings agree\n", kSettings.size());
}
