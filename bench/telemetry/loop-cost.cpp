// What measuring costs the decode loop, to be counted by valgrind: `loop-cost STREAMS REQUESTS on|off` sends
// requests through the loop over a model that computes nothing, with the metrics of steps and tokens on or
// off. Nothing depends on the time or on another thread, so that two runs differ in nothing else.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../../native/engine/loop/loop.hpp"

namespace {

using namespace tacho::engine;
using tacho::telemetry::BucketIndex;

constexpr std::int32_t kPromptTokens = 32;
constexpr std::int32_t kTokens = 128;
constexpr std::int32_t kContext = 256;

/// As src/metrics/bounds.ts joins them; what a step and a request observe once is simplified.
const BucketIndex kDurations{std::to_array<double>(
    {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600})};
const BucketIndex kLatencies{std::to_array<double>(
    {0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.05, 0.075, 0.1,
     0.15,   0.2,    0.25,  0.3,   0.4,   0.5,   0.75,   1,    2.5,   5,    7.5,   10,   20,   40,    80})};
const BucketIndex kSizes{std::to_array<double>({1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048})};

/// Cells as a shard holds them.
struct Cells {
  std::array<std::array<double, 96>, 5> histograms{};
  std::array<double, 17> values{};

  Meters bind() {
    return {.queue_duration = {histograms[0].data(), &kDurations},
            .inter_token_latency = {histograms[1].data(), &kLatencies},
            .step_duration = {histograms[2].data(), &kLatencies},
            .step_tokens = {histograms[3].data(), &kSizes},
            .step_sequences = {histograms[4].data(), &kSizes},
            .runnable_sequences = {&values[0]},
            .generation_steps = {&values[1]},
            .prefilled_tokens = {&values[2]},
            .longest_sequence = {&values[3]},  // and the one after it
            .preemptions = {&values[5]},
            .recomputed_tokens = {&values[6]},
            .evicted_prefix_tokens = {&values[7]},
            .drafts = {&values[8]},
            .draft_tokens = {&values[9]},
            .accepted_draft_tokens = {&values[10]},
            .kv_cells_used = {&values[11]},
            .prefix_cells = {&values[12]},
            .post_depth = {&values[13]},
            .indexes = {}};
  }
  TenantMeters tenant() {
    return {.prompt_tokens = {&values[14]},
            .cached_prompt_tokens = {&values[15]},
            .generation_tokens = {&values[16]}};
  }
};

/// The same numbers each time.
class Numbers {
 public:
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 1664525 + 1013904223;
    return (state_ >> 8) % limit;
  }

 private:
  std::uint32_t state_ = 1;
};

/// Every token is "a", at no cost.
class NoModel : public Runtime {
 public:
  explicit NoModel(std::int32_t streams)
      : limits_{.context = kContext,
                .cells = kContext * streams,
                .slots = streams,
                .sequences = streams,
                .step_tokens = 512} {}

  const Limits& limits() const override { return limits_; }
  DecodeStatus decode(std::span<const BatchToken>) override { return DecodeStatus::ok; }
  void sample(std::span<const SampleWork> work) override {
    for (const auto& one : work) one.sampled->push_back({.token = 1, .logprob = 0, .top = {}});
  }
  bool ends_text(Token) const override { return false; }
  void append_text(Token, bool, std::string& text) const override { text += 'a'; }
  std::int32_t cut(std::int32_t, std::int32_t length) override { return length; }
  std::int32_t copy(std::int32_t, std::int32_t, std::int32_t length) override { return length; }

 private:
  Limits limits_;
};

/// Milliseconds that differ, so that values fall into several buckets.
class Clock {
 public:
  double operator()() { return now_ += 0.001 * (1 + numbers_.below(16)); }

 private:
  Numbers numbers_;
  double now_ = 0;
};

Prepared request(RequestId id, TenantMeters tenant, Numbers& numbers) {
  Prepared made{.id = id, .tenant = tenant, .max_tokens = kTokens, .sampler = std::make_unique<Sampler>()};
  for (std::int32_t i = 0; i < kPromptTokens; ++i)
    made.prompt.push_back(static_cast<Token>(300 + numbers.below(200)));
  return made;
}

/// The loop's own thread reads what the loop brings: when another would read, it depends on chance.
void run(std::int32_t streams, std::size_t requests, bool measures) {
  NoModel model(streams);
  Cells cells;
  std::promise<void> ended;
  std::size_t ends = 0;
  Loop* reading = nullptr;
  const auto read = [&] {
    ends += reading->outbox().take().ends.size();
    if (ends == requests) ended.set_value();
  };
  Loop loop(model, cells.bind(), read, {.clock = Clock(), .measures = measures});
  reading = &loop;
  Numbers numbers;
  for (std::size_t i = 0; i < requests; ++i) {
    loop.inbox().announce(static_cast<RequestId>(i));
    loop.inbox().arrive(request(static_cast<RequestId>(i), cells.tenant(), numbers));
  }
  loop.start();
  ended.get_future().wait();
  loop.close();
}

}  // namespace

int main(int count, char** given) {
  if (count != 4) return 2;
  run(std::atoi(given[1]), static_cast<std::size_t>(std::atol(given[2])), given[3] == std::string("on"));
}
