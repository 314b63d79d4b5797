#include "../loop/loop.hpp"

#include <array>
#include <atomic>
#include <map>
#include <random>
#include <set>

#include "../../testing/check.hpp"
#include "scripted_runtime.hpp"

namespace {

using namespace tacho::engine;

constexpr Limits kRoomy{.context = 256, .cells = 4096, .slots = 8, .sequences = 8, .step_tokens = 64};

/// Cells for a Meters, as a shard would hold them.
struct MeterCells {
  static inline const tacho::telemetry::BucketIndex kIndex{std::array{1.0, 10.0, 100.0}};
  std::array<std::array<double, 5>, 6> histograms{};
  double prompt = 0, cached = 0, generated = 0, used = 0, prefix = 0;
  double preemptions = 0, recomputed = 0, evicted = 0, drafted = 0, accepted = 0;

  Meters bind() {
    const auto histogram = [this](std::size_t i) {
      return tacho::telemetry::Histogram{histograms[i].data(), &kIndex};
    };
    return {.queue_duration = histogram(0),
            .time_to_first_token = histogram(1),
            .inter_token_latency = histogram(2),
            .step_duration = histogram(3),
            .step_tokens = histogram(4),
            .step_sequences = histogram(5),
            .prompt_tokens = {&prompt},
            .cached_prompt_tokens = {&cached},
            .generation_tokens = {&generated},
            .preemptions = {&preemptions},
            .recomputed_tokens = {&recomputed},
            .evicted_prefix_tokens = {&evicted},
            .draft_tokens = {&drafted},
            .accepted_draft_tokens = {&accepted},
            .kv_cells_used = {&used},
            .prefix_cells = {&prefix}};
  }
  double count(std::size_t i) const {
    return histograms[i][0] + histograms[i][1] + histograms[i][2] + histograms[i][3];
  }
  double sum(std::size_t i) const { return histograms[i][4]; }
};

/// A loop over a scripted runtime, and a reader that joins what it brings.
class Bench {
 public:
  explicit Bench(Limits limits = kRoomy) : runtime(limits) {
    const auto notify = [this] {
      const std::lock_guard lock(mutex_);
      ++notified;
      changed_.notify_all();
    };
    loop = std::make_unique<Loop>(
        runtime, cells.bind(), notify,
        Loop::Options{.step_budget = limits.step_tokens, .clock = [this] { return clock_ += 0.5; }});
  }

  void submit(RequestId id, std::vector<Token> prompt, int max_tokens, std::vector<std::string> stop = {}) {
    submit({.id = id, .prompt = std::move(prompt), .max_tokens = max_tokens, .stop = std::move(stop)});
  }

  void submit(Prepared request) {
    request.sampler = std::make_unique<Sampler>();
    loop->inbox().announce(request.id);
    loop->inbox().arrive(std::move(request));
  }

  /// Reads until `count` more requests have ended.
  void await(std::size_t count) {
    const auto target = ends.size() + count;
    while (ends.size() < target) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return notified > read_; });
        read_ = notified;
      }
      read();
    }
  }

  void read() {
    auto output = loop->outbox().take();
    for (auto& piece : output.pieces) {
      texts[piece.id] += piece.text;
      logprobs += piece.logprobs.size();
    }
    for (auto& end : output.ends) {
      if (!ends.emplace(end.id, end).second) twice = true;
    }
  }

  ScriptedRuntime runtime;
  MeterCells cells;
  std::unique_ptr<Loop> loop;
  std::map<RequestId, std::string> texts;
  std::map<RequestId, End> ends;
  std::size_t logprobs = 0;
  bool twice = false;
  int notified = 0;

 private:
  double clock_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  int read_ = 0;
};

std::vector<Token> prompt_of(std::mt19937& random, int longest) {
  std::vector<Token> prompt(1 + random() % static_cast<unsigned>(longest));
  for (auto& token : prompt) token = static_cast<Token>(1 + random() % 3);  // few tokens: prefixes are shared
  return prompt;
}

/// Many requests at once; every text must be what it would be alone.
void check_texts(Bench& bench, int requests, int longest, int max_tokens) {
  std::mt19937 random(7);
  std::map<RequestId, std::string> expected;
  for (RequestId id = 0; id < requests; ++id) {
    const auto prompt = prompt_of(random, longest);
    const int wanted = 1 + static_cast<int>(random() % static_cast<unsigned>(max_tokens));
    expected[id] = expected_text(prompt, wanted);
    bench.submit(id, prompt, wanted);
  }
  bench.loop->start();
  bench.await(static_cast<std::size_t>(requests));
  for (const auto& [id, text] : expected) CHECK_EQUAL(bench.texts[id], text);
  CHECK(!bench.twice);
}

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

TEST(what_is_thrown_in_a_step_ends_all_requests_and_not_the_loop) {
  Bench bench({.context = 100, .cells = 100, .slots = 1, .sequences = 1, .step_tokens = 16});
  bench.runtime.throw_next = true;
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
  CHECK_EQUAL(bench.cells.count(1), 2.0);            // a first token each
  CHECK_EQUAL(bench.cells.count(2), generated - 2);  // a gap before each later one
  CHECK_EQUAL(bench.cells.sum(2), generated - 2);    // of two clock reads, half a second each
  CHECK_EQUAL(bench.cells.count(3), static_cast<double>(bench.runtime.batches.size()));
  CHECK_EQUAL(bench.cells.sum(3), 0.5 * bench.cells.count(3));
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
