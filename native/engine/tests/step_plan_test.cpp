#include "../loop/step_plan.hpp"

#include "../../testing/check.hpp"

namespace {

using tacho::engine::Demand;

std::string plan(const std::vector<Demand>& demands, std::int32_t budget) {
  std::vector<std::int32_t> shares;
  tacho::engine::plan_step(demands, budget, shares);
  std::string text;
  for (const auto share : shares) text += std::to_string(share) + " ";
  return text;
}

TEST(streams_come_before_prompts) { CHECK_EQUAL(plan({{1000}, {1}, {1}}, 64), "62 1 1 "); }
TEST(prompts_share_what_is_left_oldest_first) {
  CHECK_EQUAL(plan({{1}, {40}, {40}, {40}}, 64), "1 40 23 0 ");
}
TEST(a_plan_never_exceeds_the_budget) { CHECK_EQUAL(plan({{1}, {1}, {1}}, 2), "1 1 0 "); }
TEST(nothing_to_do_is_an_empty_plan) { CHECK_EQUAL(plan({}, 64), ""); }

}  // namespace
