#include "loop_bench.hpp"

namespace {

using namespace tacho::engine;

TEST(requests_in_one_batch_do_not_disturb_each_other) {
  Bench bench;
  check_texts(bench, 200, 100, 60);
  bench.loop->close();
  CHECK_EQUAL(bench.cells.used, bench.runtime.used());
}

/// Every kind of memory, with and without what makes steps more than one token a stream.
TEST(every_memory_and_every_way_of_stepping_gives_the_same_texts) {
  constexpr Limits kScarce{.context = 100, .cells = 130, .slots = 8, .sequences = 8, .step_tokens = 32};
  for (int kind = 0; kind < 16; ++kind) {
    auto limits = (kind & 1) != 0 ? kScarce : kRoomy;
    limits.shared_cells = (kind & 1) != 0;
    if (limits.shared_cells) limits.sequences = 16;
    limits.divisible = (kind & 2) == 0;
    if (limits.divisible && (kind & 4) != 0) limits.draft_tokens = 3;
    Bench bench(limits);
    bench.runtime.asynchronous = (kind & 8) != 0;
    check_texts(bench, 100, 40, 59);
    bench.loop->close();
    CHECK_EQUAL(bench.cells.used, bench.runtime.used());
    CHECK_EQUAL(bench.cells.drafted > 0, limits.draft_tokens > 0);
    CHECK_EQUAL(bench.cells.preemptions > 0, limits.shared_cells);
    CHECK_EQUAL(bench.cells.recomputed > 0, limits.shared_cells);
    CHECK_EQUAL(bench.cells.evicted > 0, true);
  }
}

TEST(right_guesses_save_steps) {
  auto limits = kRoomy;
  limits.draft_tokens = 4;
  Bench bench(limits);
  bench.submit(1, {1, 2}, 40);
  bench.loop->start();
  bench.await(1);
  bench.loop->close();
  CHECK_EQUAL(bench.texts[1], expected_text({1, 2}, 40));
  CHECK(bench.runtime.batches.size() < static_cast<std::size_t>(bench.ends.at(1).generated_tokens));
  CHECK(bench.cells.accepted > 0);
  CHECK(bench.cells.accepted < bench.cells.drafted);
}

TEST(logprobs_come_with_each_token_when_asked_for) {
  Bench bench;
  bench.submit({.id = 1, .prompt = {1, 2}, .max_tokens = 5, .logprobs = true});
  bench.loop->start();
  bench.await(1);
  CHECK_EQUAL(static_cast<std::int32_t>(bench.logprobs), bench.ends.at(1).generated_tokens);
}

TEST(an_end_tells_when_its_request_came_how_far) {
  Bench bench;
  bench.submit({.id = 1, .assembled_at = 0.25, .prompt = {1, 2}, .max_tokens = 5});
  bench.submit({.id = 2, .assembled_at = 0.25, .prompt = {1, 2}, .max_tokens = 1});
  bench.submit({.id = 3, .assembled_at = 0.25, .prompt = std::vector<Token>(kRoomy.context, 1)});
  bench.loop->start();
  bench.await(3);
  const auto& many = bench.ends.at(1).instants;
  CHECK_EQUAL(many.assembled, 0.25);
  CHECK(many.assembled < many.started);
  CHECK(many.started < many.first_token);
  CHECK(many.first_token < many.last_token);
  const auto& one = bench.ends.at(2).instants;
  CHECK_EQUAL(one.first_token, one.last_token);
  const auto& refused = bench.ends.at(3).instants;
  CHECK_EQUAL(refused.assembled, 0.25);
  CHECK_EQUAL(refused.started, 0.0);
}

TEST(streams_get_a_token_in_every_step_of_a_long_prompt) {
  Bench bench({.context = 1024, .cells = 4096, .slots = 4, .sequences = 4, .step_tokens = 16});
  bench.submit(2, std::vector<Token>(300, 3), 1);
  bench.submit(1, {4}, 40);
  bench.loop->start();
  bench.await(2);
  bench.loop->close();
  const auto generated = bench.ends.at(1).generated_tokens;
  CHECK(generated > 15);
  // The first step shows what a step without a prompt costs.
  for (int step = 1; step < 15; ++step) {
    const auto& batch = bench.runtime.batches[static_cast<std::size_t>(step)];
    CHECK_EQUAL(batch.size(), 16u);
    CHECK(std::ranges::any_of(batch, [](const BatchToken& token) { return token.sequence == 1; }));
  }
}

TEST(limits_of_length_are_kept) {
  Bench bench({.context = 20, .cells = 100, .slots = 4, .sequences = 4, .step_tokens = 16});
  bench.submit(1, {4, 4}, 3);
  bench.submit(2, {1, 2, 3, 4, 2, 6, 7, 8}, 0);
  bench.submit(3, std::vector<Token>(20, 1), 5);
  bench.loop->start();
  bench.await(3);
  CHECK_EQUAL(bench.texts[1], expected_text({4, 4}, 3));
  CHECK(bench.ends.at(1).reason == Finish::length);
  CHECK_EQUAL(bench.texts[2], expected_text({1, 2, 3, 4, 2, 6, 7, 8}, 12));
  CHECK(bench.ends.at(2).reason == Finish::length);
  CHECK(bench.ends.at(3).error == ErrorCode::context_length_exceeded);
}

TEST(a_stop_string_ends_a_request_and_is_not_shown) {
  Bench bench;
  const auto whole = expected_text({5, 6}, 30);
  bench.submit(1, {5, 6}, 30, {whole.substr(4, 3)});
  bench.loop->start();
  bench.await(1);
  CHECK_EQUAL(bench.texts[1], whole.substr(0, whole.find(whole.substr(4, 3))));
  CHECK(bench.ends.at(1).reason == Finish::stop);
  CHECK_EQUAL(bench.ends.at(1).stop, 0);
}

TEST(a_cancelled_request_leaves_before_the_next_step) {
  Bench bench({.context = 4096, .cells = 8192, .slots = 1, .sequences = 1, .step_tokens = 16});
  bench.loop->inbox().announce(3);
  bench.submit(1, {2, 2}, 1);
  bench.submit(2, {1, 2}, 0);     // waits: there is one slot
  bench.loop->inbox().cancel(2);  // while it waits
  bench.loop->inbox().cancel(3);  // while it is assembled
  bench.loop->inbox().arrive({.id = 3, .prompt = {1}, .sampler = std::make_unique<Sampler>()});
  bench.loop->start();
  bench.await(3);
  CHECK(bench.ends.at(2).reason == Finish::cancelled);
  CHECK(bench.ends.at(3).reason == Finish::cancelled);
  CHECK_EQUAL(bench.ends.at(3).generated_tokens, 0);
  CHECK_EQUAL(bench.runtime.batches.size(), 1u);
  bench.loop->inbox().cancel(77);  // unknown: nothing happens
  bench.submit(4, {2, 3}, 2);
  bench.await(1);
  CHECK_EQUAL(bench.texts[4], expected_text({2, 3}, 2));
}

TEST(a_failed_step_ends_its_requests_and_no_others) {
  Bench bench;
  bench.runtime.fail_next = true;
  bench.submit(1, {1}, 5);
  bench.submit(2, {2}, 5);
  bench.loop->start();
  bench.await(2);
  CHECK(bench.ends.at(1).error == ErrorCode::engine_failed);
  bench.submit(3, {1}, 5);
  bench.await(1);
  CHECK_EQUAL(bench.texts[3], expected_text({1}, 5));
}

TEST(who_had_ended_before_something_was_thrown_hears_of_it_rightly) {
  Bench bench;
  bench.runtime.asynchronous = true;  // so that the end is said a step later
  bench.runtime.throw_at = 1;
  bench.submit(1, {1, 2}, 1);
  bench.submit(2, {2, 1}, 5);
  bench.loop->start();
  bench.await(2);
  CHECK(bench.ends.at(1).reason == Finish::length);
  CHECK_EQUAL(bench.texts[1], expected_text({1, 2}, 1));
  CHECK(bench.ends.at(2).error == ErrorCode::engine_failed);
}

TEST(what_is_thrown_in_a_step_ends_all_requests_and_not_the_loop) {
  Bench bench({.context = 100, .cells = 100, .slots = 1, .sequences = 1, .step_tokens = 16});
  bench.runtime.throw_at = 0;
  bench.submit(1, {1}, 5);
  bench.submit(2, {2}, 5);  // waits: there is one slot
  bench.loop->start();
  bench.await(2);
  for (const RequestId id : {1, 2}) CHECK(bench.ends.at(id).error == ErrorCode::engine_failed);
  CHECK(bench.ends.at(1).message.ends_with("out of memory"));
  bench.submit(3, {1}, 5);
  bench.await(1);
  CHECK_EQUAL(bench.texts[3], expected_text({1}, 5));
}

TEST(what_is_thrown_as_a_request_enters_leaves_its_place_to_the_next) {
  Bench bench({.context = 100, .cells = 100, .slots = 1, .sequences = 1, .step_tokens = 16});
  bench.runtime.bind_throws = true;
  bench.submit(1, {1}, 5);
  bench.loop->start();
  bench.await(1);
  CHECK(bench.ends.at(1).error == ErrorCode::engine_failed);
  bench.submit(2, {1}, 5);
  bench.await(1);
  CHECK_EQUAL(bench.texts[2], expected_text({1}, 5));
}

TEST(every_token_is_measured_once) {
  Bench bench;
  bench.submit(1, {1, 2, 3}, 4);
  bench.submit(2, {3, 2}, 4);
  bench.loop->start();
  bench.await(2);
  bench.loop->close();
  const double generated = bench.ends.at(1).generated_tokens + bench.ends.at(2).generated_tokens;
  CHECK_EQUAL(bench.cells.generated, generated);
  CHECK_EQUAL(bench.cells.prompt, 5.0);
  CHECK_EQUAL(bench.cells.count(1), generated - 2);  // a gap before each token but a first one
  CHECK_EQUAL(bench.cells.sum(1), generated - 2);    // of two clock reads, half a second each
  CHECK_EQUAL(bench.cells.count(2), static_cast<double>(bench.runtime.batches.size()));
  CHECK_EQUAL(bench.cells.sum(2), 0.5 * bench.cells.count(2));
}

TEST(many_threads_submit_and_cancel_while_one_reads) {
  Bench bench({.context = 200, .cells = 400, .slots = 8, .sequences = 8, .step_tokens = 64});
  bench.loop->start();
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  std::vector<std::thread> clients;
  for (int thread = 0; thread < kThreads; ++thread) {
    clients.emplace_back([&bench, thread] {
      std::mt19937 random(static_cast<unsigned>(thread));
      for (int i = 0; i < kEach; ++i) {
        const RequestId id = thread * kEach + i;
        bench.submit(id, prompt_of(random, 30), 20);
        if (i % 3 == 0) bench.loop->inbox().cancel(id);
      }
    });
  }
  bench.await(kThreads * kEach);
  for (auto& client : clients) client.join();
  CHECK(!bench.twice);
  bench.loop->close();
  CHECK_EQUAL(bench.cells.used, bench.runtime.used());
}

TEST(closing_ends_a_loop_that_runs_or_never_started) {
  Bench bench;
  bench.submit(1, {1}, 0);
  bench.loop->start();
  bench.loop->close();
  bench.loop->close();
  Bench never;
  never.loop->close();
}

}  // namespace
