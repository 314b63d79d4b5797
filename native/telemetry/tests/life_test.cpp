#include <sys/stat.h>

#include "../cells.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::tests {

TEST(a_new_file_is_private_and_never_an_existing_one) {
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kSmall);
  struct stat status {};
  CHECK(stat(file.path.c_str(), &status) == 0);
  CHECK_EQUAL(static_cast<int>(status.st_mode & 0777), 0600);
  CHECK_EQUAL(error_code([&] { Segment::create(file.path, kSmall); }), "invalid_segment");
  segment->unlink();
  CHECK(stat(file.path.c_str(), &status) != 0);
}

TEST(untouched_pages_cost_nothing) {
  const TemporaryPath file;
  const auto segment =
      Segment::create(file.path, {.shards = 128, .cells_per_shard = 1 << 17, .directory_bytes = 1 << 23});
  const auto metric = segment->define(kRequests);
  const auto shard = segment->claim();
  resolve(*shard, metric, {"a", "b"});
  render(segment);
  struct stat status {};
  CHECK(stat(file.path.c_str(), &status) == 0);
  CHECK(status.st_size > 128 << 20);
  CHECK(status.st_blocks * 512 <= 256 << 10);
}

TEST(totals_stay_and_gauges_vanish_when_a_shard_is_handed_on) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto requests = segment->define(kRequests);
  const auto depth = segment->define(kDepth);
  const auto latency = segment->define(kLatency);
  const auto record = [&](Shard& shard) {
    Counter{&shard.cells()[resolve(shard, requests, {"a", "b"})]}.inc(3);
    Gauge{&shard.cells()[resolve(shard, depth, {"q"})]}.set(7);
    Histogram{&shard.cells()[resolve(shard, latency, {"m"})], &kLatencyIndex}.observe(0.5);
  };
  auto first = segment->claim();
  record(*first);
  CHECK_EQUAL(value_of(render(segment), "depth{queue=\"q\"}"), 7);
  first.reset();
  CHECK(render(segment).find("depth{") == std::string::npos);

  const auto second = segment->claim();
  CHECK_EQUAL(static_cast<int>(second->index()), 0);
  CHECK(render(segment).find("depth{") == std::string::npos);
  record(*second);
  const auto text = render(segment);
  CHECK_EQUAL(value_of(text, "requests_total{a=\"a\",b=\"b\"}"), 6);
  CHECK_EQUAL(value_of(text, "depth{queue=\"q\"}"), 7);
  CHECK_EQUAL(value_of(text, "latency_seconds_count{model=\"m\"}"), 2);
}

TEST(a_killed_writer_leaves_its_totals_and_its_shard) {
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kSmall);
  const auto requests = segment->define(kRequests);
  const auto depth = segment->define(kDepth);
  for (int round = 1; round <= 20; ++round) {
    run_and_kill([&] {
      const auto theirs = Segment::attach(file.path);
      auto* const shard = theirs->claim().release();
      Counter{&shard->cells()[resolve(*shard, requests, {"a", "b"})]}.inc();
      Gauge{&shard->cells()[resolve(*shard, depth, {"q"})]}.set(1);
      CHECK_EQUAL(value_of(render(theirs), "depth{queue=\"q\"}"), 1);
    });
    const auto text = render(segment);
    CHECK_EQUAL(value_of(text, "requests_total{a=\"a\",b=\"b\"}"), round);
    CHECK(text.find("depth{") == std::string::npos);
  }
  CHECK_EQUAL(static_cast<int>(segment->header().shards_used), 1);
}

TEST(a_lock_dies_with_its_holder) {
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kSmall);
  run_and_kill([&] {
    const auto theirs = Segment::attach(file.path);
    new Mapping::Lock(theirs->mapping());
  });
  segment->define(kRequests);
}

TEST(living_writers_are_never_displaced) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  std::vector<std::unique_ptr<Shard>> shards;
  for (std::uint64_t i = 0; i < kSmall.shards; ++i) shards.push_back(segment->claim());
  CHECK_EQUAL(error_code([&] { segment->claim(); }), "segment_full");
  shards[2].reset();
  CHECK_EQUAL(static_cast<int>(segment->claim()->index()), 2);
}

TEST(a_pid_used_again_is_another_process) {
  auto other = this_process();
  CHECK(is_alive(other));
  other.birth += 1;
  CHECK(!is_alive(other));
}

}  // namespace tacho::telemetry::tests
