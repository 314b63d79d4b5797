// Samples in a model's graph and on the processor, and compares. `backend_parity MODEL.gguf LIBRARIES`; ends
// with 1 at the first difference.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../../../testing/check.hpp"
#include "../../llama/llama_runtime.hpp"

namespace {

using namespace tacho::engine;

const std::vector<Token> kPrompt{1, 50, 60, 70};
constexpr std::int32_t kTokens = 24;

int reservations = 0;

/// llama.cpp says when it plans its graphs anew.
void count_reservations(ggml_log_level, const char* text, void*) {
  if (std::string(text).find("reserving ...") != std::string::npos) ++reservations;
}

Sampling seeded(std::uint32_t seed, float temperature = 0.8F, std::int32_t top_k = 40) {
  return {.temperature = temperature, .top_p = 0.9F, .top_k = top_k, .has_seed = true, .seed = seed};
}

struct Text {
  std::unique_ptr<Sampler> sampler;
  std::int32_t sequence;
  std::vector<Token> tokens;
};

Text text_of(LlamaRuntime& runtime, const Sampling& sampling, std::int32_t sequence) {
  Text text{runtime.make_sampler(sampling, kPrompt), sequence, kPrompt};
  runtime.cut(sequence, 0);
  runtime.bind(sequence, text.sampler.get());
  return text;
}

/// The texts grow by `count` tokens, all in the same steps.
std::vector<std::vector<Sampled>> grow(LlamaRuntime& runtime, std::span<Text> texts, std::int32_t count,
                                       std::int32_t computed = 0) {
  std::vector<std::vector<Sampled>> sampled(texts.size());
  for (std::int32_t step = 0; step < count; ++step) {
    std::vector<BatchToken> batch;
    std::vector<SampleWork> work;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto size = static_cast<std::int32_t>(texts[i].tokens.size());
      for (auto at = step == 0 ? computed : size - 1; at < size; ++at) {
        batch.push_back(
            {texts[i].tokens[static_cast<std::size_t>(at)], at, texts[i].sequence, at + 1 == size});
      }
      work.push_back({.sampler = texts[i].sampler.get(),
                      .row = static_cast<std::int32_t>(batch.size()) - 1,
                      .sampled = &sampled[i]});
    }
    CHECK(runtime.decode(batch) == DecodeStatus::ok);
    runtime.sample(work);
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i].tokens.push_back(sampled[i].back().token);
  }
  return sampled;
}

std::vector<Token> generate(LlamaRuntime& runtime, const Sampling& sampling, std::int32_t sequence = 0) {
  std::vector<Text> texts;
  texts.push_back(text_of(runtime, sampling, sequence));
  grow(runtime, texts, kTokens);
  runtime.bind(sequence, nullptr);
  return texts.front().tokens;
}

Sampling forbidding(Sampling sampling, Token token) {
  sampling.logit_bias = {{token, -100.F}};
  return sampling;
}

void greedy_texts_are_equal(LlamaRuntime& on, LlamaRuntime& off) {
  const Sampling greedy{.temperature = 0};
  const auto text = generate(off, greedy);
  CHECK(generate(on, greedy) == text);
  const auto forbidden = forbidding(greedy, text[kPrompt.size()]);
  CHECK(generate(on, forbidden) == generate(off, forbidden));
  CHECK(generate(on, forbidden) != text);
}

void seeds_reproduce(LlamaRuntime& on) {
  const auto text = generate(on, seeded(1));
  CHECK(generate(on, seeded(1)) == text);
  CHECK(generate(on, seeded(1), 3) == text);
  CHECK(generate(on, seeded(2)) != text);
}

void only_other_parameters_plan_graphs_anew(LlamaRuntime& on) {
  const auto reservations_of = [&on](const Sampling& sampling) {
    const int before = reservations;
    generate(on, sampling);
    return reservations - before;
  };
  reservations_of(seeded(1));
  CHECK_EQUAL(reservations_of(seeded(7)), 0);
  CHECK_EQUAL(reservations_of(seeded(7, 0.9F)), 1);
  CHECK_EQUAL(reservations_of(seeded(8, 0.9F)), 0);
}

/// A sequence that had to leave and comes back elsewhere draws on as if nothing had been.
void texts_move(LlamaRuntime& on) {
  const auto whole = generate(on, seeded(5));
  std::vector<Text> texts;
  texts.push_back(text_of(on, seeded(5), 0));
  grow(on, texts, kTokens / 2);
  on.bind(0, nullptr);
  on.cut(0, 0);
  texts[0].sequence = 2;
  on.bind(2, texts[0].sampler.get());
  grow(on, texts, kTokens - kTokens / 2);
  on.bind(2, nullptr);
  CHECK(texts[0].tokens == whole);
}

/// What the back end cannot do is done on the processor, beside what it can.
void requests_of_both_kinds_share_steps(LlamaRuntime& on, LlamaRuntime& off) {
  Sampling greedy{.temperature = 0};
  auto penalised = seeded(3);
  penalised.presence_penalty = 1;
  auto measured = greedy;
  measured.logprobs = 2;
  const auto run = [&](LlamaRuntime& runtime) {
    std::vector<Text> texts;
    texts.push_back(text_of(runtime, greedy, 0));
    texts.push_back(text_of(runtime, penalised, 1));
    texts.push_back(text_of(runtime, measured, 2));
    auto sampled = grow(runtime, texts, kTokens);
    for (const auto& one : sampled[2]) CHECK(one.top.at(0) == std::pair(one.token, one.logprob));
    for (std::int32_t sequence = 0; sequence < 3; ++sequence) runtime.bind(sequence, nullptr);
    return std::vector{texts[0].tokens, texts[1].tokens, texts[2].tokens};
  };
  const auto together = run(on);
  CHECK(together == run(off));
  CHECK(together[0] == together[2]);
}

/// Chains of parameters that do not repeat would be planned for in vain.
void parameters_earn_chains_by_repeating(const LlamaModel& model) {
  const std::unique_ptr<llama_context, decltype(&llama_free)> context(
      llama_init_from_model(model.get(), llama_context_default_params()), llama_free);
  BackendSampling sampling(context.get(), BackendSampling::Use::repeated, 4);
  std::vector<std::unique_ptr<LlamaSampler>> samplers;
  const auto samples_for_next = [&](float temperature) {
    samplers.push_back(
        std::make_unique<LlamaSampler>(4096, std::span<const Token>(), seeded(1, temperature), kPrompt));
    const auto sequence = static_cast<std::int32_t>(samplers.size() % 4);
    sampling.bind(sequence, samplers.back().get());
    return sampling.samples_for(*samplers.back());
  };
  for (int i = 0; i < 20; ++i) CHECK(!samples_for_next(i % 2 == 0 ? 0.5F : 0.6F));
  for (int i = 0; i < 3; ++i) CHECK(!samples_for_next(0.7F));
  for (int i = 0; i < 8; ++i) CHECK(samples_for_next(0.7F));
  CHECK(!samples_for_next(0.8F));
}

/// With "auto" on a GPU the same code runs; here it must not, on a processor.
void automatic_is_off_on_a_processor(const LlamaModel& model) {
  LlamaRuntime runtime(model, {.slots = 4, .backend_sampling = "auto"});
  const int before = reservations;
  for (int i = 0; i < 6; ++i) generate(runtime, {.temperature = 0});
  CHECK_EQUAL(reservations, before);
}

}  // namespace

int main(int, char** arguments) {
  load_backends(arguments[2]);
  LlamaModel model({.path = arguments[1], .gpu_layers = 0});
  llama_log_set(count_reservations, nullptr);
  LlamaRuntime on(model, {.slots = 4, .backend_sampling = "on"});
  LlamaRuntime off(model, {.slots = 4, .backend_sampling = "off"});
  greedy_texts_are_equal(on, off);
  seeds_reproduce(on);
  only_other_parameters_plan_graphs_anew(on);
  texts_move(on);
  requests_of_both_kinds_share_steps(on, off);
  parameters_earn_chains_by_repeating(model);
  automatic_is_off_on_a_processor(model);
  std::printf("both agree\n");
}
