#include "../loop/step_plan.hpp"

#include "../../testing/check.hpp"

namespace {

using tacho::engine::Demand;

std::string plan(const std::vector<Demand>& demands, std::int32_t tokens, std::int32_t prompt = 1000) {
  std::vector<std::int32_t> shares;
  tacho::engine::plan_step(demands, {.tokens = tokens, .prompt = prompt}, shares);
  std::string text;
  for (const auto share : shares) text += std::to_string(share) + " ";
  return text;
}

Demand stream(std::int32_t drafts = 0) { return {.certain = 1, .more = drafts}; }
Demand prompt(std::int32_t tokens, std::int32_t priority = 0) {
  return {.more = tokens, .priority = priority};
}

TEST(streams_come_before_prompts) { CHECK_EQUAL(plan({prompt(1000), stream(), stream()}, 64), "62 1 1 "); }
TEST(prompts_share_what_is_left) {
  CHECK_EQUAL(plan({stream(), prompt(40), prompt(40), prompt(40)}, 64), "1 21 21 21 ");
}
TEST(what_a_short_prompt_leaves_goes_to_the_long_ones) {
  CHECK_EQUAL(plan({prompt(5), prompt(1000), prompt(1000)}, 65), "5 30 30 ");
}
TEST(parts_of_long_prompts_are_of_one_size) {
  CHECK_EQUAL(plan({prompt(1000), prompt(1000), prompt(1000)}, 64), "21 21 21 ");
  CHECK_EQUAL(plan({prompt(3), prompt(1000), prompt(1000)}, 64), "3 30 30 ");
}
TEST(prompts_of_higher_priority_take_three_quarters) {
  CHECK_EQUAL(plan({prompt(50), prompt(90)}, 64), "32 32 ");
  CHECK_EQUAL(plan({prompt(50), prompt(90, 1)}, 64), "16 48 ");
  CHECK_EQUAL(plan({prompt(50), prompt(40, 1), prompt(40, 2)}, 64), "6 18 40 ");
}
TEST(prompts_of_lower_priority_move_in_every_step_and_keep_no_more_than_they_want) {
  CHECK_EQUAL(plan({prompt(50), prompt(90, 1)}, 3), "1 2 ");
  CHECK_EQUAL(plan({prompt(50), prompt(40), prompt(90, 1)}, 3), "1 1 1 ");
  CHECK_EQUAL(plan({prompt(10), prompt(100, 1)}, 110), "10 100 ");
}
TEST(drafts_leave_prompts_their_part) { CHECK_EQUAL(plan({stream(60), prompt(50)}, 61, 10), "51 10 "); }
TEST(prompts_keep_to_their_own_budget) {
  CHECK_EQUAL(plan({prompt(50), stream(), stream()}, 64, 8), "8 1 1 ");
}
TEST(drafts_come_after_all_streams_and_leave_prompts_half) {
  CHECK_EQUAL(plan({stream(4), stream(4), prompt(50)}, 9), "5 1 3 ");
}
TEST(a_budget_smaller_than_the_number_of_prompts_still_moves_some) {
  CHECK_EQUAL(plan({prompt(9), prompt(9), prompt(9)}, 64, 2), "1 1 0 ");
}
TEST(a_plan_never_exceeds_the_budget) { CHECK_EQUAL(plan({stream(), stream(), stream()}, 2), "1 1 0 "); }
TEST(nothing_to_do_is_an_empty_plan) { CHECK_EQUAL(plan({}, 64), ""); }

}  // namespace
