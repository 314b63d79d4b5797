#include "../cells.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::tests {

TEST(values_that_look_alike_joined_stay_apart) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kRequests);
  const auto shard = segment->claim();
  const std::vector<std::vector<std::string>> sets = {
      {"x,b:y", "z"},
      {"x", "y,b:z"},
      {"1|2", "3"},
      {"1", "2|3"},
      {"1,2", "3"},
      {"1", "2,3"},
      {"", "ab"},
      {"ab", ""},
      {"a", "b"},
      {std::string("a\0b", 3), ""},
      {"a", std::string("\0b", 2)},
      {"\x01\0\0\0", "q"},
      {"\xff\xfe", "\\\"\n"},
  };
  for (std::size_t i = 0; i < sets.size(); ++i)
    Counter{&shard->cells()[resolve(*shard, metric, sets[i])]}.inc(static_cast<double>(i + 1));
  for (std::size_t i = 0; i < sets.size(); ++i)
    CHECK_EQUAL(shard->cells()[resolve(*shard, metric, sets[i])], static_cast<double>(i + 1));
}

TEST(two_mappings_agree_on_every_series) {
  const TemporaryPath file;
  const auto one = Segment::create(file.path, kSmall);
  const auto two = Segment::attach(file.path);
  const auto metric = one->define(kRequests);
  CHECK_EQUAL(two->define(kRequests).overflow_cell, metric.overflow_cell);
  const auto here = one->claim();
  const auto there = two->claim();
  for (const char* value : {"p", "q", "r"}) {
    const auto cell = resolve(*here, metric, {value, value});
    CHECK_EQUAL(resolve(*there, metric, {value, value}), cell);
  }
}

TEST(a_metric_declared_otherwise_is_refused) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  segment->define(kLatency);
  auto other = kLatency;
  other.bounds = {0.1, 2};
  CHECK_EQUAL(error_code([&] { segment->define(other); }), "invalid_segment");
  other = kLatency;
  other.shown = {1};
  CHECK_EQUAL(error_code([&] { segment->define(other); }), "invalid_segment");
  CHECK_EQUAL(error_code([&] { segment->define(kLatency); }), "none");
}

TEST(another_process_sees_which_bounds_are_shown) {
  const TemporaryPath file;
  auto spec = kLatency;
  spec.shown = {1};
  const auto segment = Segment::create(file.path, kSmall);
  segment->define(spec);
  const auto attached = Segment::attach(file.path);
  CHECK_EQUAL(error_code([&] { attached->define(kLatency); }), "invalid_segment");
  CHECK_EQUAL(error_code([&] { attached->define(spec); }), "none");
  spec.name = "other_seconds";
  for (const auto& shown : std::vector<std::vector<std::uint32_t>>{{2}, {1, 0}, {1, 1}}) {
    spec.shown = shown;
    CHECK_EQUAL(error_code([&] { segment->define(spec); }), "invalid_segment");
  }
}

TEST(label_sets_beyond_the_cap_share_the_overflow_series) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  auto capped = kRequests;
  capped.max_series = 2;
  const auto metric = segment->define(capped);
  const auto shard = segment->claim();
  for (const char* value : {"1", "2", "3", "4", "1"})
    Counter{&shard->cells()[resolve(*shard, metric, {value, "x"})]}.inc();
  CHECK_EQUAL(
      render(segment),
      "# HELP requests_total Requests.\n"
      "# TYPE requests_total counter\n"
      "requests_total{a=\"1\",b=\"x\"} 2\n"
      "requests_total{a=\"2\",b=\"x\"} 1\n"
      "requests_total{a=\"overflow\",b=\"overflow\"} 2\n"
      "# HELP tacho_telemetry_series_overflowed_total Label sets for which a metric had no room; its series "
      "\"overflow\" took them.\n"
      "# TYPE tacho_telemetry_series_overflowed_total counter\n"
      "tacho_telemetry_series_overflowed_total{metric=\"requests_total\"} 2\n");
}

TEST(labels_sent_as_overflow_make_no_second_series) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kRequests);
  const auto shard = segment->claim();
  CHECK_EQUAL(resolve(*shard, metric, {"overflow", "overflow"}), metric.overflow_cell);
  CHECK(render(segment).find("series_overflowed") == std::string::npos);
}

/// Registers series until no more fit and sees that the rest are counted under "overflow", none lost.
static void fill(const Geometry& geometry, const MetricSpec& spec, const std::string& filler) {
  const auto segment = Segment::create(std::nullopt, geometry);
  const auto metric = segment->define(spec);
  const auto shard = segment->claim();
  constexpr int kSets = 1000;
  for (int i = 0; i < kSets; ++i)
    Counter{&shard->cells()[resolve(*shard, metric, {filler + std::to_string(i), ""})]}.inc();
  const auto text = render(segment);
  const auto refused = value_of(text, "tacho_telemetry_series_overflowed_total{metric=\"requests_total\"}");
  CHECK(refused > 0 && refused < kSets);
  CHECK_EQUAL(value_of(text, "requests_total{a=\"overflow\",b=\"overflow\"}"), refused);
  CHECK_EQUAL(value_of(text, "requests_total{a=\"" + filler + "0\",b=\"\"}"), 1);
  CHECK_EQUAL(error_code([&] {
                segment->define(
                    {MetricType::histogram, "more", std::string(4096, 'h'), {}, std::vector<double>(1), 1});
              }),
              "segment_full");
}

TEST(a_full_directory_overflows) {
  auto spec = kRequests;
  spec.max_series = 1'000'000;
  fill(kSmall, spec, std::string(40, 'v'));
}

TEST(a_full_shard_overflows) {
  auto spec = kRequests;
  spec.max_series = 1'000'000;
  fill({.shards = 2, .cells_per_shard = 64, .directory_bytes = 1 << 20}, spec, "v");
}

TEST(a_metric_that_no_directory_may_hold_is_refused_and_harms_no_other) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  auto infinite = kLatency;
  infinite.bounds = {1, INFINITY};
  auto zero = MetricSpec{MetricType::native_histogram, "wait_seconds", "Wait.", {}, {0, 1}};
  for (const auto& unsound : {infinite, zero})
    CHECK_EQUAL(error_code([&] { segment->define(unsound); }), "invalid_segment");
  CHECK_EQUAL(error_code([&] { segment->define(kLatency); }), "none");
}

TEST(what_finds_no_room_in_the_directory_takes_no_cells) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kRequests);
  const auto shard = segment->claim();
  const auto used = segment->header().cells_used;
  CHECK_EQUAL(resolve(*shard, metric, {std::string(5000, 'v'), ""}), metric.overflow_cell);
  auto large = kRequests;
  large.name = "large_total";
  large.help = std::string(5000, 'h');
  CHECK_EQUAL(error_code([&] { segment->define(large); }), "segment_full");
  CHECK_EQUAL(segment->header().cells_used, used);
}

}  // namespace tacho::telemetry::tests
