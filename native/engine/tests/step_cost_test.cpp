#include "../loop/step_cost.hpp"

#include "../../testing/check.hpp"

namespace {

using tacho::engine::prompt_budget;
using tacho::engine::StepCost;

/// A machine that takes 8 ms for a step of up to 8 streams and half a millisecond for each token more.
StepCost learnt() {
  StepCost cost;
  for (int i = 0; i < 20; ++i) cost.observe(8, 0, 0.008);
  for (int i = 0; i < 20; ++i) cost.observe(8, 10, 0.013);
  return cost;
}

TEST(a_step_with_a_prompt_keeps_within_its_multiple) {
  CHECK_EQUAL(prompt_budget(learnt(), 8, 2, 512), 16);
  CHECK_EQUAL(prompt_budget(learnt(), 8, 3, 512), 32);
}
TEST(without_streams_a_prompt_may_take_the_whole_step) {
  CHECK_EQUAL(prompt_budget(learnt(), 0, 2, 512), 512);
}
TEST(a_budget_is_never_so_small_that_a_prompt_stands_still) {
  StepCost cost;
  cost.observe(1, 0, 0.001);
  for (int i = 0; i < 20; ++i) cost.observe(1, 10, 0.101);
  CHECK(prompt_budget(cost, 1, 2, 512) > 0);
}
TEST(a_budget_is_never_above_what_a_step_holds) { CHECK_EQUAL(prompt_budget(learnt(), 8, 1000, 512), 512); }
TEST(costs_that_grow_are_followed) {
  auto cost = learnt();
  for (int i = 0; i < 10; ++i) cost.observe(8, 16, 0.008 + 16 * 0.001);
  CHECK(prompt_budget(cost, 8, 2, 512) < 10);
}
TEST(a_single_late_step_changes_little) {
  auto cost = learnt();
  cost.observe(8, 0, 5);
  CHECK(prompt_budget(cost, 8, 2, 512) < 20);
}
TEST(the_nearest_count_of_streams_stands_in_for_one_never_seen) {
  CHECK_EQUAL(learnt().step_seconds(64), 0.008);
  CHECK_EQUAL(StepCost{}.step_seconds(64), 0.0);
}

}  // namespace
