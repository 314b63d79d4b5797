#include <chrono>
#include <cmath>
#include <thread>

#include "../cells.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::tests {
namespace {

const MetricSpec kLast{
    .type = MetricType::gauge, .name = "last", .help = "Last.", .gauge_mode = GaugeMode::last};
const MetricSpec kPeak{
    .type = MetricType::gauge, .name = "peak", .help = "Peak.", .gauge_mode = GaugeMode::high_water};
const MetricSpec kBuild{.type = MetricType::info,
                        .name = "build_info",
                        .help = "Build.",
                        .labels = {"version"},
                        .max_series = 10};
const MetricSpec kEngine{
    .type = MetricType::stateset, .name = "engine", .help = "Engine.", .states = {"up", "down"}};
const MetricSpec kWait{.type = MetricType::native_histogram,
                       .name = "wait_seconds",
                       .help = "Wait.",
                       .bounds = {0.5, std::sqrt(0.5), 1, std::sqrt(2.0), 2},
                       .unit = "seconds",
                       .schema = 1,
                       .exemplar_slots = 4};
const BucketIndex kWaitIndex{kWait.bounds};

/// What a living writer does to a gauge of mode `last`.
void set_last(Shard& shard, std::uint32_t cell, double value, double stamp) {
  set_cell(shard.cells()[cell], value);
  set_cell(shard.cells()[cell + 1], stamp);
}

Exemplar exemplar_of(double value, double time, std::uint64_t id) { return {value, time, {id, id}, id}; }

/// The lines of one metric.
std::string lines_of(const std::string& text, const std::string& name) {
  std::string found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name)) found += line + '\n';
  return found;
}

}  // namespace

TEST(a_last_gauge_shows_what_a_living_writer_set_last) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kLast);
  const auto one = segment->claim();
  auto two = segment->claim();
  const auto cell = resolve(*one, metric, {});
  resolve(*two, metric, {});
  CHECK_EQUAL(lines_of(render(segment), "last"), "");
  set_last(*one, cell, 5, 10);
  set_last(*two, cell, 7, 11);
  CHECK_EQUAL(lines_of(render(segment), "last"), "last 7\n");
  set_last(*one, cell, -5, 12);
  CHECK_EQUAL(lines_of(render(segment), "last"), "last -5\n");
  set_last(*two, cell, 9, 13);
  two.reset();
  CHECK_EQUAL(lines_of(render(segment), "last"), "last -5\n");
}

TEST(a_high_water_outlives_its_writer) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kPeak);
  auto one = segment->claim();
  const auto two = segment->claim();
  const auto cell = resolve(*one, metric, {});
  CHECK_EQUAL(lines_of(render(segment), "peak"), "");
  HighWater{&two->cells()[cell]}.raise(-3);
  CHECK_EQUAL(lines_of(render(segment), "peak"), "peak -3\n");
  HighWater{&one->cells()[cell]}.raise(8);
  one.reset();
  CHECK_EQUAL(lines_of(render(segment), "peak"), "peak 8\n");
}

TEST(a_sum_leaves_out_writers_without_a_handle) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kDepth);
  const auto one = segment->claim();
  const auto two = segment->claim();
  const auto cell = resolve(*one, metric, {"q"});
  Gauge{&one->cells()[cell]}.set(4);
  set_cell(two->cells()[cell], 100);
  CHECK_EQUAL(value_of(render(segment), "depth{queue=\"q\"}"), 4);
}

TEST(an_info_is_shown_while_a_living_writer_shows_it) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kBuild);
  const auto one = segment->claim();
  auto two = segment->claim();
  const auto cell = resolve(*one, metric, {"1"});
  CHECK_EQUAL(lines_of(render(segment), "build_info"), "");
  set_cell(one->cells()[cell], 1);
  set_cell(two->cells()[cell], 1);
  CHECK_EQUAL(lines_of(render(segment), "build_info"), "build_info{version=\"1\"} 1\n");
  set_cell(one->cells()[cell], 0);
  CHECK_EQUAL(lines_of(render(segment), "build_info"), "build_info{version=\"1\"} 1\n");
  two.reset();
  CHECK_EQUAL(lines_of(render(segment), "build_info"), "");
}

TEST(a_state_is_on_while_any_living_writer_has_it) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kEngine);
  const auto one = segment->claim();
  auto two = segment->claim();
  const auto cell = resolve(*one, metric, {});
  CHECK_EQUAL(lines_of(render(segment), "engine"), "");
  set_cell(two->cells()[cell + 1], 1);
  CHECK_EQUAL(lines_of(render(segment), "engine"), "");
  set_cell(two->cells()[cell + 2], 1);
  CHECK_EQUAL(lines_of(render(segment), "engine"), "engine{engine=\"up\"} 0\nengine{engine=\"down\"} 1\n");
  set_cell(one->cells()[cell], 1);
  set_cell(one->cells()[cell + 2], 1);
  two.reset();
  CHECK_EQUAL(lines_of(render(segment), "engine"), "engine{engine=\"up\"} 1\nengine{engine=\"down\"} 0\n");
}

TEST(a_native_histogram_adds_up_its_writers) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kWait);
  const auto one = segment->claim();
  const auto two = segment->claim();
  const auto cell = resolve(*one, metric, {});
  for (const double value : {-1.0, 0.5, 0.6, 1.5}) Histogram{&one->cells()[cell], &kWaitIndex}.observe(value);
  for (const double value : {0.9, 2.0, 3.0}) Histogram{&two->cells()[cell], &kWaitIndex}.observe(value);
  CHECK_EQUAL(lines_of(render(segment), "wait_seconds"),
              "wait_seconds_bucket{le=\"0.5\"} 2\n"
              "wait_seconds_bucket{le=\"1\"} 4\n"
              "wait_seconds_bucket{le=\"2\"} 6\n"
              "wait_seconds_bucket{le=\"+Inf\"} 7\n"
              "wait_seconds_sum 7.5\n"
              "wait_seconds_count 7\n");
  const auto json = Renderer(segment).render(Format::json);
  CHECK(json.find("\"native\":{\"schema\":1,\"zeroThreshold\":0.5,\"zeroCount\":2,\"offset\":-1,"
                  "\"counts\":[1,1,0,2,1]}") != json.npos);
}

TEST(the_newest_exemplar_of_each_bucket_is_shown) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kWait);
  const auto one = segment->claim();
  const auto two = segment->claim();
  const auto cell = resolve(*one, metric, {});
  const auto first = static_cast<std::uint32_t>(cell + value_cells(kWait));
  const ExemplarSlots here{&one->cells()[first], kWait.exemplar_slots};
  const ExemplarSlots there{&two->cells()[first], kWait.exemplar_slots};
  here.keep(1, exemplar_of(0.6, 100, 1));
  there.keep(1, exemplar_of(0.65, 101, 2));
  there.keep(2, exemplar_of(0.9, 99, 3));
  here.keep(5, exemplar_of(7, 50, 4));
  const auto json = Renderer(segment).render(Format::json);
  const auto exemplars = json.substr(json.find("\"exemplars\":"));
  std::string shown;
  for (auto at = exemplars.find("\"value\":"); at != exemplars.npos;
       at = exemplars.find("\"value\":", at + 1))
    shown += exemplars.substr(at + 8, exemplars.find('}', at) - at - 8) + ";";
  CHECK_EQUAL(shown, "0.65,\"timestamp\":101;0.9,\"timestamp\":99;7,\"timestamp\":50;");
  const auto text = Renderer(segment).render(Format::openmetrics);
  CHECK(text.find("le=\"1.0\"} 0 # {trace_id=\"02000000000000000200000000000000\","
                  "span_id=\"0200000000000000\"} 0.65 101\n") != text.npos);
}

TEST(an_exemplar_without_ids_or_half_written_is_not_shown) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kWait);
  const auto shard = segment->claim();
  const auto cell = resolve(*shard, metric, {});
  double* const slot = &shard->cells()[cell + value_cells(kWait)];
  const ExemplarSlots slots{slot, 1};
  const auto is_shown = [&] {
    return Renderer(segment).render(Format::openmetrics).find(" # {") != std::string::npos;
  };
  slots.keep(0, exemplar_of(1, 100, 0));
  CHECK(!is_shown());
  slots.keep(0, exemplar_of(1, 100, 7));
  CHECK(is_shown());
  auto& sequence = *reinterpret_cast<std::uint32_t*>(slot);
  ++sequence;
  CHECK(!is_shown());
  slots.keep(0, exemplar_of(1, 100, 8));
  CHECK(is_shown());
}

TEST(a_mapping_that_cannot_be_written_to_is_read) {
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kSmall);
  for (const auto& spec : {kRequests, kLast, kPeak, kBuild, kEngine, kWait}) segment->define(spec);
  const auto shard = segment->claim();
  const auto reader = Segment::attach(file.path, Access::read);
  Renderer one(segment);
  Renderer other(reader);
  for (const auto format : {Format::text, Format::openmetrics, Format::protobuf, Format::json})
    CHECK_EQUAL(other.render(format), one.render(format));
}

TEST(series_have_the_time_of_their_registration) {
  using namespace std::chrono;
  const auto now = [] { return duration<double>(system_clock::now().time_since_epoch()).count(); };
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kRequests);
  const auto shard = segment->claim();
  const double before = now();
  resolve(*shard, metric, {"1", "2"});
  const auto text = Renderer(segment).render(Format::openmetrics);
  const auto created = value_of(text, "requests_created{a=\"1\",b=\"2\"}");
  CHECK(created >= before - 1e-3 && created <= now() + 1e-3);
}

TEST(refused_label_sets_are_counted_in_every_format) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  auto spec = kRequests;
  spec.max_series = 1;
  const auto metric = segment->define(spec);
  const auto shard = segment->claim();
  Renderer renderer(segment);
  for (const char* value : {"1", "2", "3"}) resolve(*shard, metric, {value, "x"});
  CHECK_EQUAL(lines_of(renderer.render(Format::text), "tacho_"),
              "tacho_telemetry_series_overflowed_total{metric=\"requests_total\"} 2\n");
  CHECK(renderer.render(Format::openmetrics).find("tacho_telemetry_series_overflowed_total{") !=
        std::string::npos);
  for (const auto format : {Format::protobuf, Format::json})
    CHECK(renderer.render(format).find("tacho_telemetry_series_overflowed_total") != std::string::npos);
}

}  // namespace tacho::telemetry::tests
