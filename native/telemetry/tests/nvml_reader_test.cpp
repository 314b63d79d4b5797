#include <atomic>
#include <thread>

#include "../cells.hpp"
#include "../nvml/gpu_reader.hpp"
#include "nvml_fixture.hpp"

namespace tacho::telemetry::nvml::tests {
namespace {

using telemetry::tests::kRequests;
using telemetry::tests::render;
using telemetry::tests::resolve;

constexpr Seconds kShort{0.002};

/// Tests end at the latest when the runner's own limit does.
template <typename Condition>
void wait_for(const Condition& condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

std::shared_ptr<GpuReader> start(const std::shared_ptr<Segment>& segment) {
  return GpuReader::start(segment, {.library = fake_library(), .interval = kShort});
}

bool is_shown(const std::shared_ptr<Segment>& segment, const std::string& part) {
  return render(segment).find(part) != std::string::npos;
}

void wait_for_unloading(std::ptrdiff_t times = 1) {
  wait_for([&] { return Fake::calls("loaded", '-') == times; });
}

}  // namespace

TEST(a_reader_reads_until_it_is_closed_and_then_leaves_nvml) {
  const Fake fake;
  const auto segment = Segment::create(std::nullopt, kRoomy);
  const auto reader = start(segment);
  wait_for([&] { return reader->status().state == State::running; });
  wait_for([&] { return Fake::calls("nvmlDeviceGetPowerUsage") > 3; });
  CHECK(is_shown(segment, "tacho_gpu_power_watts{gpu=\"0\",uuid=\"GPU-0\"} 71.5\n"));
  reader->close();
  reader->close();
  CHECK(reader->status().state == State::closed);
  CHECK(!is_shown(segment, "tacho_gpu_power_watts{"));
  wait_for_unloading();
  CHECK_EQUAL(Fake::calls("nvmlShutdown"), 1);
}

TEST(closing_does_not_wait_for_the_call_under_way_and_hands_the_shard_on_at_once) {
  Fake fake;
  fake.say("hold", "nvmlDeviceGetPowerUsage");
  const auto segment =
      Segment::create(std::nullopt, {.shards = 1, .cells_per_shard = 1 << 14, .directory_bytes = 1 << 17});
  const auto reader = start(segment);
  wait_for([] { return Fake::calls("nvmlDeviceGetPowerUsage") == 1; });
  reader->close();
  CHECK_EQUAL(Fake::calls("nvmlDeviceGetPowerUsage", '-'), 0);
  const auto next = segment->claim();
  const auto requests = segment->define(kRequests);
  Counter{&next->cells()[resolve(*next, requests, {"a", "b"})]}.inc();
  fake.unsay("hold");
  wait_for_unloading();
  CHECK(!is_shown(segment, "tacho_gpu_power_watts{"));
  CHECK(is_shown(segment, "requests_total{a=\"a\",b=\"b\"} 1\n"));
}

TEST(a_reader_outlives_everybody_who_knew_it) {
  Fake fake;
  fake.say("hold", "nvmlInit_v2");
  auto segment = Segment::create(std::nullopt, kRoomy);
  auto reader = start(segment);
  wait_for([] { return Fake::calls("nvmlInit_v2") == 1; });
  CHECK(reader->status().state == State::starting);
  reader->close();
  reader.reset();
  segment.reset();
  fake.unsay("hold");
  wait_for_unloading();
}

TEST(readers_and_renderers_do_not_disturb_each_other) {
  Fake fake;
  fake.say("gpus", "2");
  fake.say("mig.1", "2");
  const auto segment = Segment::create(std::nullopt, kRoomy);
  const auto reader = start(segment);
  for (int i = 0; i < 200; ++i) {
    fake.say("xids.0.79", std::to_string(i));
    if (i % 50 == 25) fake.say("return.*", "18");
    if (i % 50 == 30) fake.unsay("return.*");
    render(segment);
    reader->status();
  }
  reader->close();
  wait_for([] { return Fake::calls("loaded", '-') == Fake::calls("loaded"); });
}

TEST(a_full_segment_refuses_a_reader) {
  const Fake fake;
  const auto segment =
      Segment::create(std::nullopt, {.shards = 1, .cells_per_shard = 64, .directory_bytes = 4096});
  const auto shard = segment->claim();
  CHECK_EQUAL(telemetry::tests::error_code([&] { start(segment); }), "segment_full");
}

}  // namespace tacho::telemetry::nvml::tests
