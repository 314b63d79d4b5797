#include <algorithm>
#include <set>

#include "loop_bench.hpp"

namespace {

using namespace tacho::engine;

TEST(simultaneous_requests_compute_their_common_beginning_once) {
  for (const bool shared : {true, false}) {
    Bench bench({.context = 300,
                 .cells = 4800,
                 .slots = 16,
                 .sequences = 16,
                 .step_tokens = 64,
                 .shared_cells = shared});
    std::size_t suffixes = 0;
    for (RequestId id = 0; id < 16; ++id) {
      std::vector<Token> prompt(200, 5);
      for (int i = 0; i <= id; ++i) prompt.push_back(static_cast<Token>(6 + id));
      suffixes += static_cast<std::size_t>(id) + 1;
      bench.submit(id, prompt, 1);
    }
    bench.loop->start();
    bench.await(16);
    bench.loop->close();
    CHECK_EQUAL(bench.runtime.computed(), 200 + suffixes);
    CHECK_EQUAL(bench.cells.cached, 15 * 200.0);
    CHECK_EQUAL(bench.ends.at(15).cached_tokens, 200);
  }
}

TEST(a_running_request_shares_its_beginning_and_another_space_does_not) {
  Bench bench(
      {.context = 300, .cells = 1200, .slots = 4, .sequences = 4, .step_tokens = 64, .shared_cells = true});
  bench.submit({.id = 1, .prompt = std::vector<Token>(100, 5), .max_tokens = 1, .cache_space = "one"});
  bench.loop->start();
  bench.await(1);
  bench.submit({.id = 2, .prompt = std::vector<Token>(101, 5), .max_tokens = 1, .cache_space = "one"});
  bench.submit({.id = 3, .prompt = std::vector<Token>(101, 5), .max_tokens = 1, .cache_space = "other"});
  bench.await(2);
  CHECK_EQUAL(bench.ends.at(2).cached_tokens, 100);
  CHECK_EQUAL(bench.ends.at(3).cached_tokens, 0);
}

TEST(a_short_conversation_goes_on_in_its_own_buffer) {
  Bench bench({.context = 1024, .cells = 4096, .slots = 4, .sequences = 4, .step_tokens = 64});
  bench.submit(1, std::vector<Token>(20, 5), 1);
  bench.loop->start();
  bench.await(1);
  auto next = std::vector<Token>(18, 5);
  next.push_back(6);
  bench.submit(2, next, 1);
  bench.await(1);
  CHECK_EQUAL(bench.ends.at(2).cached_tokens, 18);
}

TEST(the_higher_priority_comes_first_and_waiting_counts) {
  Bench bench({.context = 100, .cells = 100, .slots = 1, .sequences = 1, .step_tokens = 16});
  bench.submit({.id = 1, .arrived_at = 0, .prompt = {1}, .max_tokens = 1});
  bench.submit({.id = 2, .arrived_at = 1, .prompt = {2}, .max_tokens = 1});
  bench.submit({.id = 3, .arrived_at = 2, .prompt = {3}, .max_tokens = 1, .priority = 1});
  bench.submit({.id = 4, .arrived_at = 50, .prompt = {4}, .max_tokens = 1, .priority = 1});
  bench.loop->start();
  bench.await(4);
  bench.loop->close();
  std::vector<Token> order;
  for (const auto& batch : bench.runtime.batches) order.push_back(batch.front().token);
  CHECK(order == std::vector<Token>({3, 1, 2, 4}));
}

/// Which of the requests below the tokens are of: each has its number as every token of its prompt.
RequestId owner_of(const std::vector<BatchToken>& tokens) {
  for (Token id = 1; id <= 3; ++id) {
    std::vector<Token> text(10, id);
    for (int i = 0; i < 60; ++i) text.push_back(next_token(text));
    const auto is_of = [&](const BatchToken& one) {
      return text[static_cast<std::size_t>(one.position)] == one.token;
    };
    if (std::ranges::all_of(tokens, is_of)) return id;
  }
  return 0;
}

TEST(under_pressure_the_youngest_of_the_lowest_priority_gives_way) {
  Bench bench(
      {.context = 100, .cells = 100, .slots = 3, .sequences = 6, .step_tokens = 64, .shared_cells = true});
  bench.submit({.id = 1, .arrived_at = 0, .prompt = std::vector<Token>(10, 1), .max_tokens = 60});
  bench.submit({.id = 2, .arrived_at = 1, .prompt = std::vector<Token>(10, 2), .max_tokens = 60});
  bench.submit(
      {.id = 3, .arrived_at = 2, .prompt = std::vector<Token>(10, 3), .max_tokens = 60, .priority = 1});
  bench.loop->start();
  bench.await(3);
  bench.loop->close();
  for (RequestId id = 1; id <= 3; ++id)
    CHECK_EQUAL(bench.texts[id], expected_text(std::vector<Token>(10, static_cast<Token>(id)), 60));
  // A request that was preempted has a later step in which several of its tokens are computed at once.
  std::vector<RequestId> recomputed;
  for (std::size_t i = 1; i < bench.runtime.batches.size(); ++i) {
    std::map<std::int32_t, std::vector<BatchToken>> sequences;
    for (const auto& token : bench.runtime.batches[i]) sequences[token.sequence].push_back(token);
    for (const auto& [sequence, tokens] : sequences) {
      if (tokens.size() > 1) recomputed.push_back(owner_of(tokens));
    }
  }
  CHECK(!recomputed.empty());
  CHECK_EQUAL(recomputed.front(), 2);
  CHECK(!std::ranges::count(recomputed, 3));
  CHECK_EQUAL(bench.cells.recomputed > 0, true);
}

TEST(a_step_has_one_adapter_and_all_adapters_have_steps) {
  Bench bench({.context = 100, .cells = 800, .slots = 8, .sequences = 8, .step_tokens = 64});
  for (RequestId id = 0; id < 8; ++id) {
    const auto adapter = static_cast<std::int32_t>(id % 3) - 1;
    bench.submit({.id = id,
                  .prompt = {static_cast<Token>(30 + adapter), static_cast<Token>(id + 1)},
                  .max_tokens = 20,
                  .cache_space = std::to_string(adapter),
                  .adapter = adapter});
  }
  bench.loop->start();
  bench.await(8);
  bench.loop->close();
  for (std::size_t i = 0; i < bench.runtime.batches.size(); ++i) {
    for (const auto& token : bench.runtime.batches[i]) {
      if (token.position == 0) CHECK_EQUAL(token.token, 30 + bench.runtime.adapters[i]);
    }
  }
  for (RequestId id = 0; id < 8; ++id) {
    const auto adapter = static_cast<Token>(id % 3) - 1;
    CHECK_EQUAL(bench.texts[id], expected_text({30 + adapter, static_cast<Token>(id + 1)}, 20));
  }
}

TEST(a_prompt_that_gets_no_tokens_does_not_hold_other_adapters_up) {
  Bench bench({.context = 1000, .cells = 4000, .slots = 4, .sequences = 4, .step_tokens = 16});
  bench.submit({.id = 1,
                .prompt = std::vector<Token>(900, 2),
                .max_tokens = 1,
                .priority = 5,
                .cache_space = "a",
                .adapter = 0});
  bench.submit(
      {.id = 2, .prompt = std::vector<Token>(900, 3), .max_tokens = 1, .cache_space = "a", .adapter = 0});
  bench.submit({.id = 3, .prompt = {4, 4}, .max_tokens = 10, .cache_space = "b", .adapter = 1});
  bench.loop->start();
  bench.await(3);
  bench.loop->close();
  // All of the third request's steps lie among those of the first, which takes more than fifty.
  const auto& adapters = bench.runtime.adapters;
  const auto last = std::ranges::find(adapters.rbegin(), adapters.rend(), 1).base() - adapters.begin();
  CHECK(last > 0);
  CHECK(last < 60);
}

TEST(an_indivisible_memory_keeps_one_conversation_when_another_with_its_beginning_comes) {
  auto limits = kRoomy;
  limits.divisible = false;
  Bench bench(limits);
  std::vector<Token> first(100, 2);
  bench.submit(1, first, 1);
  bench.loop->start();
  bench.await(1);
  auto other = std::vector<Token>(90, 2);
  other.push_back(3);
  bench.submit(2, other, 1);
  bench.await(1);
  first.push_back(5);
  bench.submit(3, first, 1);
  bench.await(1);
  CHECK_EQUAL(bench.ends.at(2).cached_tokens, 0);
  CHECK(bench.ends.at(3).cached_tokens >= 99);
}

TEST(a_prompt_that_comes_again_goes_on_from_the_checkpoint_before_its_last_token) {
  auto limits = kRoomy;
  limits.divisible = false;
  Bench bench(limits);
  bench.submit(1, std::vector<Token>(50, 2), 1);
  bench.loop->start();
  bench.await(1);
  bench.submit(2, std::vector<Token>(50, 2), 1);
  bench.await(1);
  CHECK_EQUAL(bench.ends.at(2).cached_tokens, 49);
}

TEST(a_memory_that_is_fuller_than_counted_makes_the_youngest_wait) {
  Bench bench;
  bench.runtime.refuse_next = true;
  bench.submit(1, {1}, 5);
  bench.submit(2, {2}, 5);
  bench.loop->start();
  bench.await(2);
  CHECK_EQUAL(bench.texts[1], expected_text({1}, 5));
  CHECK_EQUAL(bench.texts[2], expected_text({2}, 5));
}

TEST(a_memory_that_keeps_refusing_serves_one_after_the_other) {
  Bench bench;
  bench.runtime.most_sequences = 2;
  check_texts(bench, 20, 30, 20);
}

TEST(prompts_that_are_admitted_keep_their_room_until_they_are_computed) {
  Bench bench({.context = 100, .cells = 150, .slots = 4, .sequences = 4, .step_tokens = 16});
  bench.submit(1, std::vector<Token>(90, 1), 9);
  bench.submit(2, std::vector<Token>(90, 2), 1);
  bench.loop->start();
  bench.await(2);
  bench.loop->close();
  std::size_t computed = 0;
  for (const auto& batch : bench.runtime.batches) computed += batch.size();
  const auto streamed = bench.ends.at(1).generated_tokens - 1;
  CHECK(streamed > 5);
  CHECK_EQUAL(computed, static_cast<std::size_t>(180 + streamed));  // nothing was computed twice
}

TEST(a_prompt_beside_the_streams_is_computed_apart_from_them) {
  Bench bench({.context = 1000, .cells = 4000, .slots = 4, .sequences = 4, .step_tokens = 16});
  for (RequestId id = 1; id <= 3; ++id) bench.submit(id, {static_cast<Token>(id)}, 200);
  bench.submit(4, std::vector<Token>(300, 4), 1);
  bench.loop->start();
  bench.await(4);
  bench.loop->close();
  int mixed = 0;
  for (const auto& batch : bench.runtime.batches) {
    std::map<std::int32_t, int> tokens;
    for (const auto& token : batch) ++tokens[token.sequence];
    if (tokens.size() < 4 || tokens[3] < 2) continue;
    ++mixed;
    CHECK_EQUAL(batch.front().sequence, 3);
    CHECK_EQUAL(batch.back().sequence, 2);
  }
  CHECK(mixed > 10);
}

TEST(prompts_of_an_adapter_start_while_streams_of_two_go_on) {
  Bench bench({.context = 400, .cells = 1600, .slots = 4, .sequences = 4, .step_tokens = 64});
  bench.submit({.id = 1, .prompt = {1}, .max_tokens = 300, .cache_space = "base"});
  bench.submit({.id = 2, .prompt = {2}, .max_tokens = 300, .cache_space = "a", .adapter = 0});
  bench.submit(
      {.id = 3, .prompt = std::vector<Token>(40, 3), .max_tokens = 1, .cache_space = "a", .adapter = 0});
  bench.loop->start();
  bench.await(1);
  CHECK(bench.ends.contains(3));
  bench.loop->close();
}

}  // namespace
