#include "../loop/draft_cost.hpp"

#include <cmath>

#include "../../testing/check.hpp"

namespace {

using tacho::engine::DraftCosts;

/// Seconds that so many guesses add.
double added(const tacho::engine::DraftCost& cost, int guesses) {
  return cost.guessing_seconds + guesses * cost.token_seconds;
}

bool near(double one, double other) { return std::abs(one - other) < 1e-9; }

TEST(a_step_is_known_after_some_plain_ones) {
  DraftCosts costs;
  for (int i = 0; i < 3; ++i) {
    CHECK(near(costs.of(4).step_seconds, 0));
    costs.observed(4, 0, i == 0 ? 0.5 : 0.01);  // the first was held up
  }
  CHECK(near(costs.of(4).step_seconds, 0.01));
  CHECK_EQUAL(costs.of(4).sequences, 4);
  CHECK(near(costs.of(5).step_seconds, 0));
}

TEST(a_guess_costs_what_its_step_took_longer) {
  DraftCosts costs;
  for (int i = 0; i < 3; ++i) costs.observed(2, 0, 0.01);
  for (int i = 0; i < 200; ++i) costs.observed(2, 8, 0.018);
  CHECK(std::abs(added(costs.of(2), 8) - 0.008) < 1e-4);
  CHECK(near(costs.of(2).step_seconds, 0.01));
}

TEST(what_any_guess_costs_is_told_from_what_each_does) {
  DraftCosts costs;
  for (int i = 0; i < 3; ++i) costs.observed(1, 0, 0.002);
  for (int i = 0; i < 100; ++i) costs.observed(1, i % 2 == 0 ? 4 : 16, i % 2 == 0 ? 0.0094 : 0.0106);
  CHECK(std::abs(costs.of(1).guessing_seconds - 0.007) < 1e-3);
  CHECK(std::abs(costs.of(1).token_seconds - 0.0001) < 1e-4);
}

TEST(a_step_quicker_than_a_plain_one_costs_nothing) {
  DraftCosts costs;
  for (int i = 0; i < 3; ++i) costs.observed(1, 0, 0.01);
  for (int i = 0; i < 2; ++i) costs.observed(1, 8, 0.009);
  CHECK(near(costs.of(1).token_seconds, 0));
}

TEST(one_step_that_was_held_up_does_not_end_all_guessing) {
  for (int held_up = 0; held_up < 3; ++held_up) {
    DraftCosts costs;
    for (int i = 0; i < 3; ++i) costs.observed(1, 0, 0.01);
    for (int i = 0; i < 3; ++i) costs.observed(1, 8, i == held_up ? 10 : 0.014);
    CHECK(added(costs.of(1), 8) <= 0.021);
  }
}

TEST(a_cost_that_nobody_measures_any_more_is_forgotten) {
  DraftCosts costs;
  for (int i = 0; i < 3; ++i) costs.observed(1, 0, 0.01);
  for (int i = 0; i < 100; ++i) costs.observed(1, 1, 0.02);
  CHECK(std::abs(added(costs.of(1), 1) - 0.01) < 1e-3);
  for (int i = 0; i < 5000; ++i) costs.observed(1, 0, 0.01);
  CHECK(added(costs.of(1), 1) < 0.001);
}

TEST(what_is_old_is_measured_again) {
  DraftCosts costs;
  for (int i = 0; i < 3; ++i) costs.observed(1, 0, 0.01);
  int steps = 0;
  while (costs.of(1).step_seconds > 0 && ++steps < 1000) costs.observed(1, 8, 0.02);
  CHECK_EQUAL(steps, 256);
  costs.observed(1, 0, 0.02);
  CHECK(near(costs.of(1).step_seconds, 0.012));
}

}  // namespace
