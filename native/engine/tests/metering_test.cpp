// What the loop counts, by exact amounts for requests that are known.
#include "loop_bench.hpp"

namespace {

using namespace tacho::engine;

double batches_with(const ScriptedRuntime& runtime, bool (*is_meant)(const std::vector<BatchToken>&)) {
  return static_cast<double>(std::ranges::count_if(runtime.batches, is_meant));
}

bool has_output(const std::vector<BatchToken>& batch) {
  return std::ranges::any_of(batch, &BatchToken::output);
}

TEST(tokens_are_counted_for_the_tenant_of_their_request) {
  Bench bench;
  std::array<double, 3> other{};
  bench.submit(1, {1, 2, 3}, 4);
  bench.submit({.id = 2,
                .tenant = {.prompt_tokens = {&other[0]},
                           .cached_prompt_tokens = {&other[1]},
                           .generation_tokens = {&other[2]}},
                .prompt = {3, 2},
                .max_tokens = 7});
  bench.loop->start();
  bench.await(2);
  bench.loop->close();
  CHECK_EQUAL(bench.cells.prompt, 3.0);
  CHECK_EQUAL(bench.cells.generated, static_cast<double>(bench.ends.at(1).generated_tokens));
  CHECK_EQUAL(other[0], 2.0);
  CHECK_EQUAL(other[1], 0.0);
  CHECK_EQUAL(other[2], static_cast<double>(bench.ends.at(2).generated_tokens));
}

TEST(a_cached_prompt_is_counted_but_not_prefilled_again) {
  Bench bench;
  const std::vector<Token> prompt(30, 2);
  bench.submit(1, prompt, 2);
  bench.loop->start();
  bench.await(1);
  bench.submit(2, prompt, 2);
  bench.await(1);
  bench.loop->close();
  CHECK_EQUAL(bench.cells.prompt, 60.0);
  CHECK_EQUAL(bench.cells.cached, 29.0);
  CHECK_EQUAL(bench.cells.prefilled, 30.0 + 1);
}

constexpr std::size_t kRestores = 5;  // of MeterCells::histograms

TEST(the_load_of_a_state_that_a_request_goes_on_from_is_timed) {
  auto limits = kRoomy;
  limits.divisible = false;
  Bench bench(limits);
  const std::vector<Token> prompt(50, 2);
  bench.submit(1, prompt, 1);
  bench.loop->start();
  bench.await(1);
  CHECK_EQUAL(bench.cells.count(kRestores), 0.0);
  bench.submit(2, prompt, 1);
  bench.await(1);
  bench.loop->close();
  CHECK_EQUAL(bench.cells.count(kRestores), 1.0);
  CHECK_EQUAL(bench.cells.sum(kRestores), ScriptedRuntime::kRestoreSeconds);
}

/// The first request leaves 50 tokens with a state of 29. The second wants 20 cells, and 14 are free.
TEST(a_state_loaded_to_free_cells_is_no_restore) {
  Bench bench({.context = 64,
               .cells = 64,
               .slots = 2,
               .sequences = 2,
               .step_tokens = 64,
               .shared_cells = true,
               .divisible = false});
  const std::vector<Token> prompt(30, 2);
  bench.submit(1, prompt, 20);
  bench.loop->start();
  bench.await(1);
  bench.submit(2, std::vector<Token>(20, 3), 1);
  bench.await(1);
  CHECK(bench.cells.evicted > 0);
  bench.submit(3, prompt, 1);
  bench.await(1);
  bench.loop->close();
  CHECK_EQUAL(bench.ends.at(3).cached_tokens, 29);
  CHECK_EQUAL(bench.cells.count(kRestores), 0.0);
}

/// Two answers that together want more cells than there are: one is preempted. Both prompts have
/// twelve tokens, so what is computed before the thirteenth place is of a prompt.
TEST(a_prompt_that_is_computed_again_is_prefilled_again) {
  Bench bench(
      {.context = 40, .cells = 45, .slots = 2, .sequences = 2, .step_tokens = 32, .shared_cells = true});
  bench.submit({.id = 1, .arrived_at = 0, .prompt = std::vector<Token>(12, 4), .max_tokens = 27});
  bench.submit({.id = 2, .arrived_at = 1, .prompt = std::vector<Token>(12, 6), .max_tokens = 27});
  bench.loop->start();
  bench.await(2);
  bench.loop->close();
  CHECK(bench.cells.preemptions > 0);
  double of_prompts = 0;
  for (const auto& batch : bench.runtime.batches)
    of_prompts +=
        static_cast<double>(std::ranges::count_if(batch, [](auto& one) { return one.position < 12; }));
  CHECK(of_prompts > 24);
  CHECK_EQUAL(bench.cells.prefilled, of_prompts);
}

TEST(steps_that_sample_are_told_from_those_that_only_prefill) {
  Bench bench;
  bench.submit(1, std::vector<Token>(3 * kRoomy.step_tokens - 1, 2), 5);
  bench.loop->start();
  bench.await(1);
  bench.loop->close();
  CHECK_EQUAL(bench.cells.generation_steps, batches_with(bench.runtime, has_output));
  CHECK_EQUAL(bench.cells.generation_steps + 2, static_cast<double>(bench.runtime.batches.size()));
  CHECK_EQUAL(bench.cells.generation_steps, static_cast<double>(bench.ends.at(1).generated_tokens));
}

/// Requests of two adapters run side by side, but never in one step.
TEST(who_must_wait_for_a_step_was_runnable_all_the_same) {
  Bench bench;
  bench.submit({.id = 1, .arrived_at = 0, .prompt = {1}, .max_tokens = 4, .adapter = 0});
  bench.submit({.id = 2, .arrived_at = 1, .prompt = {2}, .max_tokens = 5, .adapter = 1});
  bench.loop->start();
  bench.await(2);
  bench.loop->close();
  const double first = bench.ends.at(1).generated_tokens;
  const double second = bench.ends.at(2).generated_tokens;
  CHECK_EQUAL(bench.cells.sum(4), first + second);
  CHECK_EQUAL(bench.cells.runnable, 2 * first + second);
}

TEST(the_longest_sequence_is_the_longest_of_all_so_far) {
  Bench bench;
  bench.submit(1, std::vector<Token>(40, 3), 6);
  bench.loop->start();
  bench.await(1);
  bench.submit(2, {1, 2}, 6);
  bench.await(1);
  bench.loop->close();
  CHECK_EQUAL(bench.cells.longest[0], 40.0 + static_cast<double>(bench.texts[1].size()));
  CHECK_EQUAL(bench.cells.longest[1], 1.0);
}

/// One stream alone: each step of more than one token, but for its prompt's, verifies a draft.
TEST(each_draft_that_is_verified_counts_once) {
  auto limits = kRoomy;
  limits.draft_tokens = 4;
  Bench bench(limits);
  bench.submit(1, {1}, 40);
  bench.loop->start();
  bench.await(1);
  bench.loop->close();
  double drafts = 0;
  double drafted = 0;
  for (const auto& batch : bench.runtime.batches) {
    drafts += batch.size() > 1 ? 1 : 0;
    drafted += static_cast<double>(batch.size() - 1);
  }
  CHECK(drafts > 1);
  CHECK_EQUAL(bench.cells.drafts, drafts);
  CHECK_EQUAL(bench.cells.drafted, drafted);
  CHECK(bench.cells.drafted > bench.cells.drafts);
}

TEST(whole_answers_alone_go_on_to_be_posted) {
  Bench bench;
  bench.submit(1, {1, 2}, 3);
  bench.submit(2, std::vector<Token>(kRoomy.context, 1), 3);  // refused
  bench.submit({.id = 3, .prompt = {3}, .max_tokens = 0});
  bench.loop->inbox().cancel(3);
  bench.loop->start();
  bench.await(3);
  bench.loop->close();
  CHECK(bench.ends.at(3).reason == Finish::cancelled);
  CHECK_EQUAL(bench.cells.post_depth, 1.0);
}

TEST(without_measuring_only_what_is_not_of_steps_and_tokens_goes_on) {
  auto limits = kRoomy;
  limits.draft_tokens = 4;
  Bench bench(limits, false);
  bench.submit(1, {1, 2}, 40);
  bench.loop->start();
  bench.await(1);
  bench.loop->close();
  for (std::size_t i = 0; i < bench.cells.histograms.size(); ++i) CHECK_EQUAL(bench.cells.count(i), 0.0);
  for (const auto cell :
       {bench.cells.prompt, bench.cells.generated, bench.cells.runnable, bench.cells.generation_steps,
        bench.cells.prefilled, bench.cells.longest[1], bench.cells.post_depth})
    CHECK_EQUAL(cell, 0.0);
  CHECK(bench.cells.drafts > 0);
  CHECK(bench.cells.used > 0);
}

}  // namespace
