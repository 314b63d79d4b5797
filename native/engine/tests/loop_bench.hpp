// A loop over a scripted runtime, as the tests of the loop and of its scheduling drive it.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <random>

#include "../../testing/check.hpp"
#include "../loop/loop.hpp"
#include "scripted_runtime.hpp"

namespace tacho::engine {

constexpr Limits kRoomy{.context = 256, .cells = 4096, .slots = 8, .sequences = 8, .step_tokens = 64};

/// Cells for a Meters, as a shard would hold them.
struct MeterCells {
  static inline const tacho::telemetry::BucketIndex kIndex{std::array{1.0, 10.0, 100.0}};
  std::array<std::array<double, 5>, 6> histograms{};
  double prompt = 0, cached = 0, generated = 0, used = 0, prefix = 0;
  double runnable = 0, generation_steps = 0, prefilled = 0, post_depth = 0;
  std::array<double, 2> longest{};
  double preemptions = 0, recomputed = 0, evicted = 0, drafts = 0, drafted = 0, accepted = 0;

  Meters bind() {
    const auto histogram = [this](std::size_t i) {
      return tacho::telemetry::Histogram{histograms[i].data(), &kIndex};
    };
    return {.queue_duration = histogram(0),
            .inter_token_latency = histogram(1),
            .step_duration = histogram(2),
            .step_tokens = histogram(3),
            .step_sequences = histogram(4),
            .runnable_sequences = {&runnable},
            .generation_steps = {&generation_steps},
            .prefilled_tokens = {&prefilled},
            .longest_sequence = {longest.data()},
            .preemptions = {&preemptions},
            .recomputed_tokens = {&recomputed},
            .evicted_prefix_tokens = {&evicted},
            .state_restore_duration = histogram(5),
            .drafts = {&drafts},
            .draft_tokens = {&drafted},
            .accepted_draft_tokens = {&accepted},
            .kv_cells_used = {&used},
            .prefix_cells = {&prefix},
            .post_depth = {&post_depth}};
  }
  /// Of all who name none of their own.
  TenantMeters tenant() {
    return {.prompt_tokens = {&prompt}, .cached_prompt_tokens = {&cached}, .generation_tokens = {&generated}};
  }
  double count(std::size_t i) const {
    return histograms[i][0] + histograms[i][1] + histograms[i][2] + histograms[i][3];
  }
  double sum(std::size_t i) const { return histograms[i][4]; }
};

/// A loop over a scripted runtime, and a reader that joins what it brings.
class Bench {
 public:
  explicit Bench(Limits limits = kRoomy, bool measures = true) : runtime(limits) {
    const auto notify = [this] {
      const std::lock_guard lock(mutex_);
      ++notified;
      changed_.notify_all();
    };
    loop = std::make_unique<Loop>(runtime, cells.bind(), notify,
                                  Loop::Options{.step_budget = limits.step_tokens,
                                                .clock = [this] { return clock_ += 0.5; },
                                                .measures = measures});
  }

  void submit(RequestId id, std::vector<Token> prompt, int max_tokens, std::vector<std::string> stop = {}) {
    submit({.id = id, .prompt = std::move(prompt), .max_tokens = max_tokens, .stop = std::move(stop)});
  }

  void submit(Prepared request) {
    request.sampler = std::make_unique<Sampler>();
    if (request.tenant.prompt_tokens.cell == nullptr) request.tenant = cells.tenant();
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

inline std::vector<Token> prompt_of(std::mt19937& random, int longest) {
  std::vector<Token> prompt(1 + random() % static_cast<unsigned>(longest));
  for (auto& token : prompt) token = static_cast<Token>(1 + random() % 3);  // few tokens: prefixes are shared
  return prompt;
}

/// Many requests at once; every text must be what it would be alone.
inline void check_texts(Bench& bench, int requests, int longest, int max_tokens) {
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

}  // namespace tacho::engine
