#include "../loop/prompt_budget.hpp"

#include "../../testing/check.hpp"

namespace {

using tacho::engine::PromptBudget;
using tacho::engine::StepMix;

/// A machine: a step of streams alone, what a chunk of prompts costs by itself, and what each of its tokens
/// costs.
struct Machine {
  double step = 0.008;
  double chunk = 0;
  double token = 0.0005;

  double seconds(std::int32_t more) const { return step + (more > 0 ? chunk + more * token : 0); }
  /// Lets a long prompt pass through.
  std::int32_t settle(PromptBudget& budget, std::int32_t streams = 8) const {
    for (int i = 0; i < 5; ++i) budget.observe({.streams = streams}, 0, seconds(0));
    for (int i = 0; i < 43; ++i) {
      const auto more = budget.tokens({.streams = streams, .prompts = 1}, 512);
      budget.observe({.streams = streams, .prompts = 1}, more, seconds(more));
    }
    return budget.tokens({.streams = streams, .prompts = 1}, 512);
  }
};

TEST(a_step_with_a_prompt_settles_within_its_multiple) {
  PromptBudget twice(2);
  const auto tokens = Machine{}.settle(twice);
  CHECK(tokens >= 11);
  CHECK(tokens <= 20);
  PromptBudget thrice(3);
  CHECK(Machine{}.settle(thrice) > tokens);
}
TEST(a_chunk_that_costs_something_by_itself_does_not_make_the_budget_vanish) {
  PromptBudget budget(2);
  const auto tokens = Machine{.chunk = 0.004}.settle(budget);
  CHECK(tokens >= 5);
  CHECK(tokens <= 10);
}
TEST(without_streams_a_prompt_may_take_the_whole_step) {
  CHECK_EQUAL(PromptBudget(2).tokens({.prompts = 3}, 512), 512);
}
TEST(a_budget_is_never_so_small_that_a_prompt_stands_still) {
  PromptBudget budget(2);
  CHECK(Machine{.token = 1}.settle(budget) > 0);
}
TEST(a_budget_is_never_above_what_a_step_holds) {
  PromptBudget budget(2);
  CHECK_EQUAL(Machine{.token = 0}.settle(budget), 512);
}
TEST(costs_that_grow_are_followed) {
  PromptBudget budget(2);
  const auto before = Machine{}.settle(budget);
  CHECK(Machine{.token = 0.001}.settle(budget) < before);
}
TEST(short_prompts_do_not_make_the_budget_small) {
  PromptBudget budget(2);
  const auto before = Machine{}.settle(budget);
  for (int i = 0; i < 16; ++i) budget.observe({.streams = 8, .prompts = 1}, 2, Machine{}.seconds(2));
  CHECK(budget.tokens({.streams = 8, .prompts = 1}, 512) >= before - 1);
}
TEST(many_that_wait_have_more_of_a_step_than_few) {
  PromptBudget budget(2);
  const auto one = Machine{}.settle(budget);
  CHECK_EQUAL(budget.tokens({.streams = 8, .prompts = 2}, 512), one);
  CHECK(budget.tokens({.streams = 8, .prompts = 40}, 512) >= 18 * one);
}
TEST(prompts_that_can_be_computed_whole_are) {
  PromptBudget budget(2);
  const auto part = Machine{.chunk = 0.001}.settle(budget);
  const auto tokens = [&](std::int32_t fresh) {
    return budget.tokens({.streams = 8, .prompts = 1, .fresh = fresh}, 512);
  };
  CHECK(tokens(part) == part);
  CHECK(tokens(2 * part) == 2 * part);
  CHECK(tokens(3 * part) == part);
}
TEST(a_chunk_is_worth_its_reading_of_the_weights) {
  PromptBudget budget(2);
  const auto tokens = Machine{.chunk = 0.007}.settle(budget);
  CHECK(tokens >= 12);
  CHECK(tokens <= 15);
}
TEST(a_small_multiple_leaves_chunks_that_are_worth_it) {
  PromptBudget budget(1);
  const Machine machine{.chunk = 0.007};
  for (int i = 0; i < 3; ++i) machine.settle(budget);
  const auto tokens = machine.settle(budget);
  CHECK(tokens >= 10);
  CHECK(tokens <= 15);
}
TEST(some_prompts_move_in_every_step) {
  PromptBudget budget(2);
  Machine{.token = 0.1}.settle(budget);
  CHECK_EQUAL(budget.tokens({.streams = 8, .prompts = 3}, 512), 3);
  CHECK_EQUAL(budget.tokens({.streams = 8, .prompts = 6}, 512), 4);
}
TEST(dear_prompts_ask_for_no_step_without_any) {
  PromptBudget budget(2);
  Machine{.token = 0.1}.settle(budget);
  CHECK(budget.tokens({.streams = 8}, 512) > 0);
}
TEST(steps_with_guesses_make_the_plain_step_old) {
  PromptBudget budget(2);
  Machine{}.settle(budget);
  for (int i = 0; i < 300; ++i) budget.pass({.streams = 8});
  CHECK(budget.tokens({.streams = 8, .prompts = 1}, 512) > 0);
  for (int i = 0; i < 300; ++i) budget.pass({.streams = 8, .prompts = 1});
  CHECK_EQUAL(budget.tokens({.streams = 8, .prompts = 1}, 512), 0);
}
TEST(no_part_of_a_prompt_adds_more_than_twice_what_it_may_but_for_one_token) {
  PromptBudget budget(2);
  CHECK(Machine{.chunk = 0.014}.settle(budget) <= 4);
  PromptBudget other(2);
  CHECK_EQUAL(Machine{.token = 0.012}.settle(other), 1);
}
TEST(a_budget_that_was_small_finds_out_that_more_costs_little) {
  PromptBudget budget(2);
  Machine{.token = 0.002}.settle(budget);
  CHECK(budget.tokens({.streams = 8, .prompts = 1}, 512) <= 4);
  const Machine other{.chunk = 0.007};
  other.settle(budget);
  const auto tokens = other.settle(budget);
  CHECK(tokens >= 10);
  CHECK(tokens <= 18);
}
TEST(steps_of_prompts_alone_tell_what_prompts_cost) {
  PromptBudget budget(2);
  budget.observe({.prompts = 4}, 512, 0.256);
  budget.observe({.streams = 8}, 0, 0.008);
  const auto tokens = budget.tokens({.streams = 8, .prompts = 1}, 512);
  CHECK(tokens >= 15);
  CHECK(tokens <= 17);
}
TEST(a_single_late_step_changes_little) {
  PromptBudget budget(2);
  const auto before = Machine{}.settle(budget);
  budget.observe({.streams = 8}, 0, 5);
  CHECK(budget.tokens({.streams = 8, .prompts = 1}, 512) < 2 * before);
}
TEST(a_number_of_streams_never_seen_is_seen_without_prompts_first) {
  PromptBudget budget(2);
  CHECK_EQUAL(budget.tokens({.streams = 8, .prompts = 1}, 512), 0);
  CHECK(Machine{}.settle(budget) > 0);
  CHECK_EQUAL(budget.tokens({.streams = 64, .prompts = 1}, 512), 0);
  budget.observe({.streams = 64}, 0, 0.064);
  CHECK(budget.tokens({.streams = 64, .prompts = 1}, 512) >
        4 * budget.tokens({.streams = 8, .prompts = 1}, 512));
}
TEST(a_step_without_prompts_is_wanted_again_now_and_then) {
  PromptBudget budget(2);
  Machine{}.settle(budget);
  for (int i = 0; i < 300; ++i) budget.observe({.streams = 8, .prompts = 1}, 16, Machine{}.seconds(16));
  CHECK_EQUAL(budget.tokens({.streams = 8, .prompts = 1}, 512), 0);
}

}  // namespace
