#include <cmath>

#include "../cells.hpp"
#include "view_stand.hpp"

namespace tacho::telemetry::tests {
namespace {

const MetricSpec kWait{.type = MetricType::native_histogram,
                       .name = "wait_seconds",
                       .help = "Wait.",
                       .labels = {"model"},
                       .bounds = {0.5, std::sqrt(0.5), 1, std::sqrt(2.0), 2},
                       .max_series = 10,
                       .unit = "seconds",
                       .schema = 1,
                       .exemplar_slots = 4};
const BucketIndex kWaitIndex{kWait.bounds};
const MetricSpec kPeak{.type = MetricType::gauge,
                       .name = "peak",
                       .help = "Peak.",
                       .labels = {"queue"},
                       .max_series = 10,
                       .gauge_mode = GaugeMode::high_water};
const MetricSpec kEngine{
    .type = MetricType::stateset, .name = "engine", .help = "Engine.", .states = {"up", "down"}};
const MetricSpec kBuild{.type = MetricType::info,
                        .name = "build_info",
                        .help = "Build.",
                        .labels = {"version"},
                        .max_series = 10};

}  // namespace

TEST(a_view_shows_a_metric_under_another_name_scale_and_labels) {
  Stand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(3);
  Counter{stand.cell(kRequests, {"2", "y"})}.inc(4);
  const ViewSpec view{.name = "other:requests",
                      .type = FamilyType::counter,
                      .help = "Other.",
                      .from = {{.metric = "requests_total",
                                .scale = 0.5,
                                .labels = std::vector{from("route", "a"), constant("server", "s")}}}};
  CHECK_EQUAL(stand.show(view),
              "# HELP other:requests Other.\n"
              "# TYPE other:requests counter\n"
              "other:requests{route=\"1\",server=\"s\"} 1.5\n"
              "other:requests{route=\"2\",server=\"s\"} 2\n");
  CHECK(stand.show(view, Format::openmetrics).starts_with("# TYPE other:requests unknown\n"));
}

TEST(a_view_selects_series) {
  Stand stand;
  for (const char* a : {"1", "2", "3"}) Counter{stand.cell(kRequests, {a, "x"})}.inc();
  CHECK_EQUAL(
      stand.lines(view_of(FamilyType::counter, {.metric = "requests_total", .where = {{"a", {"1", "3"}}}})),
      "v{a=\"1\",b=\"x\"} 1\nv{a=\"3\",b=\"x\"} 1\n");
}

TEST(series_that_become_alike_are_added_up) {
  Stand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(3);
  Counter{stand.cell(kRequests, {"2", "x"})}.inc(4);
  Counter{stand.cell(kRequests, {"2", "y"})}.inc(5);
  const auto sums = [&](std::vector<ViewLabel> labels) {
    return stand.lines(
        view_of(FamilyType::counter, {.metric = "requests_total", .labels = std::move(labels)}));
  };
  CHECK_EQUAL(sums({from("b", "b")}), "v{b=\"x\"} 7\nv{b=\"y\"} 5\n");
  CHECK_EQUAL(sums({}), "v 12\n");
}

TEST(a_view_can_be_a_difference) {
  Stand stand;
  Gauge{stand.cell(kDepth, {"a"})}.set(10);
  Gauge{stand.cell(kDepth, {"b"})}.set(4);
  const auto of = [](const char* queue, double scale) {
    return ViewSource{
        .metric = "depth", .scale = scale, .where = {{"queue", {queue}}}, .labels = std::vector<ViewLabel>{}};
  };
  auto view = view_of(FamilyType::gauge, of("a", 1));
  view.from.push_back(of("b", -2));
  CHECK_EQUAL(stand.lines(view), "v 2\n");
  CHECK_EQUAL(stand.lines(view_of(FamilyType::gauge, of("a", 0))), "v 0\n");
  HighWater{stand.cell(kPeak, {"1"})}.raise(3);
  HighWater{stand.cell(kPeak, {"2"})}.raise(7);
  view.from = {{.metric = "peak", .labels = std::vector<ViewLabel>{}}, of("b", -1)};
  CHECK_EQUAL(stand.lines(view), "v 3\n");
}

TEST(states_can_be_numbers) {
  Stand stand;
  double* const engine = stand.cell(kEngine, {});
  set_cell(engine[2], 1);
  const auto state = [](const char* name, double scale) {
    return ViewSource{.metric = "engine",
                      .scale = scale,
                      .where = {{"engine", {name}}},
                      .labels = std::vector<ViewLabel>{}};
  };
  auto view = view_of(FamilyType::gauge, state("up", 0));
  view.from.push_back(state("down", 2));
  CHECK_EQUAL(stand.lines(view), "v 0\n");
  set_cell(engine[1], 1);
  CHECK_EQUAL(stand.lines(view), "v 2\n");
}

TEST(views_can_follow_the_metrics_in_one_rendering) {
  Stand stand;
  Counter{stand.cell(kStarts, {})}.inc(4);
  FamilySet views({view_of(FamilyType::gauge, {.metric = "starts_total"})}, true);
  const auto text = [&] { return stand.renderer.render(Format::text, &views); };
  CHECK_EQUAL(text(),
              "# HELP starts_total Starts.\n# TYPE starts_total counter\nstarts_total 4\n"
              "# HELP v View.\n# TYPE v gauge\nv 4\n");
  Gauge{stand.cell(kDepth, {"q"})}.set(5);
  CHECK(text().find("depth{queue=\"q\"} 5\n# HELP v View.\n") != std::string::npos);
}

TEST(a_counter_view_keeps_its_name_without_total_in_every_format) {
  Stand stand;
  auto spec = kStarts;
  spec.exemplar_slots = 1;
  double* const cells = stand.cell(spec, {});
  Counter{cells}.inc(4);
  ExemplarSlots{cells + value_cells(spec), 1}.keep(0, {1, 100, {1, 1}, 1});
  auto view = view_of(FamilyType::counter, {.metric = "starts_total"});
  view.name = "starts";
  CHECK_EQUAL(stand.show(view, Format::openmetrics),
              "# TYPE starts unknown\n# HELP starts View.\nstarts 4.0\n# EOF\n");
  CHECK_EQUAL(stand.lines(view), "starts 4\n");
  CHECK(stand.show(view, Format::protobuf).find("\x0a\x06starts\x12") != std::string::npos);
  CHECK(stand.show(view, Format::json).find("\"name\":\"starts\"") != std::string::npos);
}

TEST(peaks_that_become_alike_show_the_highest) {
  Stand stand;
  HighWater{stand.cell(kPeak, {"1"})}.raise(-3);
  HighWater{stand.cell(kPeak, {"2"})}.raise(-5);
  CHECK_EQUAL(stand.lines(view_of(FamilyType::gauge, {.metric = "peak", .labels = std::vector<ViewLabel>{}})),
              "v -3\n");
}

TEST(several_metrics_make_one_family) {
  Stand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(3);
  Counter{stand.cell(kStarts, {})}.inc(4);
  auto view = view_of(FamilyType::counter,
                      {.metric = "requests_total", .labels = std::vector{constant("kind", "request")}});
  view.from.push_back({.metric = "starts_total", .labels = std::vector{constant("kind", "start")}});
  CHECK_EQUAL(stand.lines(view), "v{kind=\"request\"} 3\nv{kind=\"start\"} 4\n");
  view.from[1].labels = std::vector{constant("kind", "request")};
  CHECK_EQUAL(stand.lines(view), "v{kind=\"request\"} 7\n");
}

TEST(labels_in_another_order_are_the_same) {
  Stand stand;
  Counter{stand.cell(kRequests, {"1", "2"})}.inc(3);
  auto view = view_of(FamilyType::counter,
                      {.metric = "requests_total", .labels = std::vector{from("x", "a"), from("y", "b")}});
  view.from.push_back(
      {.metric = "requests_total", .labels = std::vector{from("y", "b"), from("x", "a"), constant("z", "")}});
  CHECK_EQUAL(stand.lines(view), "v{x=\"1\",y=\"2\"} 6\n");
}

TEST(a_view_of_a_histogram_shows_its_sum_or_count) {
  Stand stand;
  const Histogram histogram{stand.cell(kLatency, {"m"}), &kLatencyIndex};
  for (const double value : {0.05, 0.5, 5.0}) histogram.observe(value);
  CHECK_EQUAL(stand.lines(view_of(FamilyType::counter,
                                  {.metric = "latency_seconds", .take = Take::sum, .scale = 1000})),
              "v{model=\"m\"} 5550\n");
  CHECK_EQUAL(stand.lines(view_of(FamilyType::gauge, {.metric = "latency_seconds", .take = Take::count})),
              "v{model=\"m\"} 3\n");
}

TEST(a_view_scales_and_unites_buckets) {
  Stand stand;
  auto spec = kLatency;
  spec.bounds = {0.005, 0.07, 0.3, 1};
  const BucketIndex index(spec.bounds);
  const Histogram histogram{stand.cell(spec, {"m"}), &index};
  for (const double value : {0.001, 0.01, 0.25, 0.5, 5.0}) histogram.observe(value);
  auto view = view_of(FamilyType::histogram, {.metric = "latency_seconds", .scale = 1000});
  CHECK_EQUAL(stand.lines(view),
              "v_bucket{model=\"m\",le=\"5\"} 1\n"
              "v_bucket{model=\"m\",le=\"70\"} 2\n"
              "v_bucket{model=\"m\",le=\"300\"} 3\n"
              "v_bucket{model=\"m\",le=\"1000\"} 4\n"
              "v_bucket{model=\"m\",le=\"+Inf\"} 5\n"
              "v_sum{model=\"m\"} 5761\n"
              "v_count{model=\"m\"} 5\n");
  view.bounds = {70, 300};
  CHECK_EQUAL(stand.lines(view),
              "v_bucket{model=\"m\",le=\"70\"} 2\n"
              "v_bucket{model=\"m\",le=\"300\"} 3\n"
              "v_bucket{model=\"m\",le=\"+Inf\"} 5\n"
              "v_sum{model=\"m\"} 5761\n"
              "v_count{model=\"m\"} 5\n");
  view.bounds = {71};
  CHECK_EQUAL(stand.refusal(view),
              "Expected bounds of latency_seconds for bounds of view v but received 71.");
}

TEST(a_view_of_a_native_histogram_stays_native_unless_scaled) {
  Stand stand;
  const Histogram histogram{stand.cell(kWait, {"m"}), &kWaitIndex};
  for (const double value : {0.5, 0.6, 1.5, 3.0}) histogram.observe(value);
  auto view = view_of(FamilyType::histogram, {.metric = "wait_seconds"});
  CHECK(stand.show(view, Format::json).find("\"native\"") != std::string::npos);
  view.from[0].scale = 1000;
  CHECK_EQUAL(stand.lines(view),
              "v_bucket{model=\"m\",le=\"500\"} 1\n"
              "v_bucket{model=\"m\",le=\"1000\"} 2\n"
              "v_bucket{model=\"m\",le=\"2000\"} 3\n"
              "v_bucket{model=\"m\",le=\"+Inf\"} 4\n"
              "v_sum{model=\"m\"} 5600\n"
              "v_count{model=\"m\"} 4\n");
  CHECK(stand.show(view, Format::json).find("\"native\"") == std::string::npos);
  view.from[0].scale = 1;
  view.bounds = {1};
  CHECK(stand.lines(view).starts_with(
      "v_bucket{model=\"m\",le=\"1\"} 2\nv_bucket{model=\"m\",le=\"+Inf\"} 4\n"));
  view.bounds = {std::sqrt(2.0)};
  CHECK(stand.refusal(view).starts_with("Expected bounds of wait_seconds for bounds of view v"));
}

TEST(histograms_that_become_alike_are_added_up) {
  Stand stand;
  for (const char* model : {"m", "n"})
    for (const double value : {0.5, 1.5}) Histogram{stand.cell(kWait, {model}), &kWaitIndex}.observe(value);
  const auto view =
      view_of(FamilyType::histogram, {.metric = "wait_seconds", .labels = std::vector<ViewLabel>{}});
  CHECK(stand.lines(view).ends_with("v_bucket{le=\"+Inf\"} 4\nv_sum 4\nv_count 4\n"));
}

TEST(exemplars_go_with_a_view) {
  Stand stand;
  double* const cells = stand.cell(kWait, {"m"});
  const ExemplarSlots slots{cells + value_cells(kWait), kWait.exemplar_slots};
  slots.keep(1, {0.6, 100, {1, 1}, 1});
  auto view = view_of(FamilyType::histogram, {.metric = "wait_seconds", .scale = 1000});
  const auto text = stand.show(view, Format::openmetrics);
  CHECK(text.find("le=\"1000.0\"} 0 # {") != text.npos && text.find("\"} 600.0 100\n") != text.npos);
}

TEST(states_and_infos_can_be_gauges) {
  Stand stand;
  double* const engine = stand.cell(kEngine, {});
  set_cell(engine[0], 1);
  set_cell(engine[2], 1);
  CHECK_EQUAL(stand.lines(view_of(FamilyType::gauge, {.metric = "engine"})),
              "v{engine=\"up\"} 1\nv{engine=\"down\"} 0\n");
  CHECK_EQUAL(stand.lines(view_of(
                  FamilyType::gauge,
                  {.metric = "engine", .where = {{"engine", {"up"}}}, .labels = std::vector<ViewLabel>{}})),
              "v 1\n");
  for (const char* version : {"1", "2"}) set_cell(*stand.cell(kBuild, {version}), 1);
  const ViewSource versions{.metric = "build_info", .labels = std::vector<ViewLabel>{}};
  CHECK_EQUAL(stand.lines(view_of(FamilyType::gauge, versions)), "v 2\n");
  CHECK_EQUAL(stand.lines(view_of(FamilyType::info, versions)), "v 1\n");
}

TEST(a_counter_can_be_a_gauge_and_a_gauge_a_counter) {
  Stand stand;
  Counter{stand.cell(kStarts, {})}.inc(4);
  Gauge{stand.cell(kDepth, {"q"})}.set(5);
  CHECK(
      stand.show(view_of(FamilyType::gauge, {.metric = "starts_total"})).ends_with("# TYPE v gauge\nv 4\n"));
  CHECK(stand.show(view_of(FamilyType::counter, {.metric = "depth"}))
            .ends_with("# TYPE v counter\nv{queue=\"q\"} 5\n"));
  CHECK(stand.show(view_of(FamilyType::unknown, {.metric = "depth"}))
            .ends_with("# TYPE v untyped\nv{queue=\"q\"} 5\n"));
}

TEST(a_view_appears_and_grows_with_its_metric) {
  Stand stand;
  FamilySet views(
      {view_of(FamilyType::counter, {.metric = "requests_total", .labels = std::vector{from("a", "a")}})});
  const auto text = [&] { return stand.renderer.render(Format::text, &views); };
  CHECK_EQUAL(text(), "");
  auto spec = kRequests;
  spec.max_series = 2;
  Counter{stand.cell(spec, {"1", "x"})}.inc(2);
  CHECK(text().ends_with("counter\nv{a=\"1\"} 2\n"));
  Counter{stand.cell(spec, {"1", "y"})}.inc(3);
  CHECK(text().ends_with("counter\nv{a=\"1\"} 5\n"));
  Counter{stand.cell(spec, {"2", "y"})}.inc(4);
  CHECK(text().ends_with("v{a=\"1\"} 5\nv{a=\"overflow\"} 4\n"));
}

TEST(a_scale_that_makes_several_bounds_one_is_refused) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  auto close = kLatency;
  close.name = "close_seconds";
  close.bounds = {1, std::nextafter(1, 2)};
  segment->define(close);
  segment->define(kLatency);
  Renderer renderer(segment);
  const auto code = [&](const std::string& metric, double scale) {
    FamilySet views(
        {ViewSpec{.name = "v", .type = FamilyType::histogram, .from = {{.metric = metric, .scale = scale}}}});
    return error_code([&] { renderer.render(Format::text, &views); });
  };
  CHECK_EQUAL(code("close_seconds", 1), "none");
  CHECK_EQUAL(code("close_seconds", 1000), "invalid_view");
  CHECK_EQUAL(code("latency_seconds", 1e-300), "none");
  auto far = kLatency;
  far.name = "far_seconds";
  far.bounds = {1, 1e10};
  segment->define(far);
  CHECK_EQUAL(code("far_seconds", 1e300), "invalid_view");
}

TEST(peaks_show_the_highest_also_while_a_metric_of_their_view_is_missing) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  auto peaks = kDepth;
  peaks.gauge_mode = GaugeMode::high_water;
  const auto metric = segment->define(peaks);
  const auto shard = segment->claim();
  HighWater{&shard->cells()[resolve(*shard, metric, {"a"})]}.raise(5);
  HighWater{&shard->cells()[resolve(*shard, metric, {"b"})]}.raise(7);
  const std::vector<ViewLabel> none;
  FamilySet views(
      {ViewSpec{.name = "v",
                .type = FamilyType::gauge,
                .from = {{.metric = "depth", .labels = none}, {.metric = "missing", .labels = none}}}});
  CHECK(Renderer(segment).render(Format::text, &views).ends_with("v 7\n"));
}

}  // namespace tacho::telemetry::tests
