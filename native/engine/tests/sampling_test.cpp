#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "../../testing/check.hpp"
#include "../sampling/exponentials.hpp"
#include "../sampling/highest.hpp"
#include "../sampling/likeliest.hpp"
#include "../sampling/log_probabilities.hpp"
#include "../sampling/logit_edits.hpp"
#include "../sampling/softmax_draw.hpp"

namespace {

using namespace tacho::engine;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
const std::vector<std::size_t> kSizes{1, 2, 15, 16, 17, 127, 128, 129, 2047, 2049, 32'003};

/// Logits of a row: normal, some of them equal, a few far above the rest.
std::vector<float> row(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> noise(0, 3);
  std::vector<float> logits(size);
  for (auto& logit : logits) logit = noise(random);
  for (std::size_t i = 0; i < size / 100; ++i) logits[random() % size] = logits[random() % size];
  for (std::size_t i = 0; i < 8; ++i) logits[random() % size] += 10;
  return logits;
}

double probability(const std::vector<float>& logits, Token token) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  return std::exp(static_cast<double>(logits[static_cast<std::size_t>(token)])) / sum;
}

std::vector<Token> sorted_by_logit(const std::vector<float>& logits) {
  std::vector<Token> tokens(logits.size());
  std::iota(tokens.begin(), tokens.end(), 0);
  std::ranges::stable_sort(tokens, [&](Token a, Token b) { return logits[a] > logits[b]; });
  return tokens;
}

TEST(greedy_draws_the_first_of_the_largest_logits) {
  for (const auto size : kSizes) {
    const auto logits = row(size, 1);
    CHECK_EQUAL(static_cast<std::ptrdiff_t>(best_of(logits)),
                std::max_element(logits.begin(), logits.end()) - logits.begin());
  }
  CHECK_EQUAL(best_of(std::vector<float>{1, 5, 2, 5}), 1U);
}

TEST(rows_without_a_number_draw_something) {
  const float nan = std::nanf("");
  CHECK_EQUAL(best_of(std::vector<float>(40, nan)), 0U);
  CHECK_EQUAL(best_of(std::vector<float>{nan, 1, nan, 2}), 3U);
  CHECK_EQUAL(best_of(std::vector<float>(40, -kInfinity)), 0U);
  CHECK(draw_from_softmax(std::vector<float>(300, nan), 1, 0.5) < 300);
  CHECK(draw_from_softmax(std::vector<float>(300, -kInfinity), 1, 0.5) < 300);
  CHECK(draw_from_softmax(std::vector<float>{1, kInfinity, 2}, 1, 0.5) < 3);
}

TEST(the_likeliest_tokens_come_in_order) {
  for (const auto size : kSizes) {
    const auto logits = row(size, 2);
    const auto sorted = sorted_by_logit(logits);
    for (const std::size_t count : {1, 20, 40, 128, 1024}) {
      std::vector<Token> tokens;
      likeliest(logits, count, tokens);
      const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(std::min(count, size));
      CHECK(tokens == std::vector<Token>(sorted.begin(), end));
    }
  }
}

TEST(tokens_of_a_least_logit_come_by_number) {
  const std::vector<float> logits{1, 4, -kInfinity, 3, 4};
  std::vector<Token> tokens;
  at_least(logits, 3, tokens);
  CHECK(tokens == (std::vector<Token>{1, 3, 4}));
  at_least(logits, 5, tokens);
  CHECK(tokens.empty());
}

TEST(a_nucleus_is_the_fewest_tokens_that_reach_top_p) {
  for (const auto size : kSizes) {
    const auto logits = row(size, 3);
    for (const float top_p : {0.01F, 0.5F, 0.9F}) {
      std::vector<Token> tokens;
      if (!nucleus(logits, top_p, tokens)) continue;
      const auto sorted = sorted_by_logit(logits);
      CHECK(std::equal(tokens.begin(), tokens.end(), sorted.begin()));
      double reached = 0;
      for (const auto token : tokens) reached += probability(logits, token);
      CHECK(reached > static_cast<double>(top_p) - 1e-4);
      CHECK(reached - probability(logits, tokens.back()) < static_cast<double>(top_p) + 1e-4);
    }
  }
}

TEST(a_flat_row_has_no_small_nucleus) {
  std::vector<Token> tokens;
  CHECK(!nucleus(std::vector<float>(32'000, 1), 0.9F, tokens));
}

TEST(sums_of_exponentials_keep_their_error_bound) {
  for (const float temperature : {1.F, 0.7F, 3.F}) {
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
      const auto logits = row(1 + seed * 127 / 49, seed);
      const float largest = highest(logits) / temperature;
      double sum = 0;
      for (const float logit : logits) sum += std::exp(static_cast<double>(logit / temperature - largest));
      const double error = sum_of_exponentials(logits, temperature, largest) / sum - 1;
      CHECK(std::abs(error) < kExponentialsError);
    }
  }
  for (float x = 0; x > -60; x -= 0.0137F) {
    const double error = sum_of_exponentials({{x}}, 1, 0) / std::exp(static_cast<double>(x)) - 1;
    CHECK(std::abs(error) < kExponentialsError / 3);
  }
}

TEST(a_draw_in_vectors_is_the_draw_in_order) {
  UniformNumbers numbers(7);
  for (const auto size : kSizes) {
    for (std::uint32_t seed = 0; seed < 100; ++seed) {
      const auto logits = row(size, seed);
      const float temperature = seed % 2 == 0 ? 1 : 0.8F;
      const double uniform = numbers.next();
      CHECK_EQUAL(draw_from_softmax(logits, temperature, uniform),
                  draw_in_order(logits, temperature, uniform));
    }
  }
}

TEST(a_draw_is_the_same_at_the_very_edge_between_two_tokens) {
  const auto logits = row(5000, 4);
  const float largest = highest(logits);
  double sum = 0;
  for (const float logit : logits) sum += static_cast<double>(std::exp(logit - largest));
  double reached = 0;
  for (const float logit : logits) {
    reached += static_cast<double>(std::exp(logit - largest));
    for (const double uniform :
         {reached / sum, std::nextafter(reached / sum, 0), std::nextafter(reached / sum, 1)}) {
      CHECK_EQUAL(draw_from_softmax(logits, 1, uniform), draw_in_order(logits, 1, uniform));
    }
  }
}

TEST(log_probabilities_are_those_of_the_whole_vocabulary) {
  const auto logits = row(32'003, 5);
  Sampled sampled{.token = 17};
  add_log_probabilities(logits, 20, sampled);
  CHECK(std::abs(static_cast<double>(sampled.logprob) - std::log(probability(logits, 17))) < 1e-5);
  CHECK_EQUAL(sampled.top.size(), 20U);
  CHECK_EQUAL(sampled.top.front().first, static_cast<Token>(best_of(logits)));
  for (std::size_t i = 0; i < 20; ++i) {
    const auto& [token, logprob] = sampled.top[i];
    CHECK(std::abs(static_cast<double>(logprob) - std::log(probability(logits, token))) < 1e-5);
    CHECK(i == 0 || logprob <= sampled.top[i - 1].second);
  }
}

TEST(log_probabilities_of_a_row_sum_up_to_one) {
  const auto logits = row(100, 6);
  Sampled sampled{.token = 0};
  add_log_probabilities(logits, 100, sampled);
  double sum = 0;
  for (const auto& [token, logprob] : sampled.top) sum += std::exp(static_cast<double>(logprob));
  CHECK(std::abs(sum - 1) < 1e-5);
  add_log_probabilities(logits, 0, sampled);
  CHECK(sampled.top.empty());
}

TEST(penalties_change_what_was_seen_and_nothing_else) {
  Sampling sampling;
  sampling.repeat_penalty = 2;
  sampling.frequency_penalty = 0.5F;
  sampling.presence_penalty = 0.25F;
  LogitEdits edits(sampling, std::vector<Token>{0, 1, 1});
  for (const Token token : {1, 2, 2}) edits.accept(token);
  std::vector<float> logits{4, -4, 4, 4};
  edits.apply(logits);
  CHECK(logits == (std::vector<float>{2, -8.75F, 0.75F, 4}));
  edits.undo(logits);
  CHECK(logits == (std::vector<float>{4, -4, 4, 4}));
}

TEST(biases_add_up_and_are_taken_back) {
  Sampling sampling;
  sampling.logit_bias = {{1, 3.F}, {1, 1.F}};
  LogitEdits edits(sampling, {});
  edits.add_bias(0, -kInfinity);
  std::vector<float> logits{1, 2, 3};
  edits.apply(logits);
  CHECK(logits == (std::vector<float>{-kInfinity, 6, 3}));
  edits.undo(logits);
  CHECK(logits == (std::vector<float>{1, 2, 3}));
}

}  // namespace
