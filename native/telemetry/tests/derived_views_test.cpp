#include <chrono>
#include <cmath>
#include <semaphore>
#include <thread>

#include "../cells.hpp"
#include "../render/quantile_family.hpp"
#include "view_stand.hpp"

namespace tacho::telemetry::tests {
namespace {

double now = 0;

const ViewFactor kAllRequests = {{.metric = "requests_total", .labels = std::vector<ViewLabel>{}}};
const ViewFactor kByA = {{.metric = "requests_total", .labels = std::vector{from("a", "a")}}};
const ViewFactor kStartsFactor = {{.metric = "starts_total"}};

DerivedViewSpec view_of(double over, ViewProduct product) {
  return {.name = "v", .help = "View.", .over = over, .derive = std::move(product)};
}

/// A stand whose time the test sets.
struct TimedStand : Stand {
  TimedStand() { now = 1000; }

  Renderer timed{segment, [] { return now; }};

  std::string show(FamilySet& views) { return timed.render(Format::text, &views); }
  std::string show(const AnyViewSpec& view) {
    FamilySet views({view});
    const auto text = show(views);
    return text.substr(std::min(text.size(), text.find("gauge\n") + 6));
  }

  void pass(double seconds, Follower& follower) {
    for (const double end = now + seconds; now < end;) {
      ++now;
      timed.tick(follower);
    }
  }
};

}  // namespace

TEST(a_product_of_factors_is_divided_by_others) {
  TimedStand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(3);
  Counter{stand.cell(kRequests, {"1", "y"})}.inc(5);
  Counter{stand.cell(kRequests, {"2", "x"})}.inc(4);
  Counter{stand.cell(kStarts, {})}.inc(2);
  CHECK_EQUAL(stand.show(view_of(0, {.times = {kByA, kStartsFactor}, .scale = 10})),
              "v{a=\"1\"} 160\nv{a=\"2\"} 80\n");
  CHECK_EQUAL(stand.show(view_of(0, {.times = {kByA}, .per = {kStartsFactor, kStartsFactor}})),
              "v{a=\"1\"} 2\nv{a=\"2\"} 1\n");
  const ViewFactor all = {{.metric = "requests_total"}};
  CHECK_EQUAL(stand.show(view_of(0, {.times = {all}, .per = {kByA}, .scale = 100})),
              "v{a=\"1\",b=\"x\"} 37.5\nv{a=\"1\",b=\"y\"} 62.5\nv{a=\"2\",b=\"x\"} 100\n");
}

TEST(a_factor_may_be_the_difference_of_two) {
  TimedStand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(3);
  Counter{stand.cell(kStarts, {})}.inc(5);
  const ViewFactor difference = {
      {.metric = "starts_total"},
      {.metric = "requests_total", .scale = -1, .labels = std::vector<ViewLabel>{}}};
  CHECK_EQUAL(stand.show(view_of(0, {.times = {difference}, .per = {kStartsFactor}})), "v 0.4\n");
}

TEST(a_series_without_a_factor_or_with_a_divisor_of_0_is_not_shown) {
  TimedStand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(3);
  stand.cell(kRequests, {"2", "x"});
  const ViewFactor of_x = {
      {.metric = "requests_total", .where = {{"b", {"x"}}}, .labels = std::vector{from("a", "a")}}};
  CHECK_EQUAL(stand.show(view_of(0, {.times = {kByA}, .per = {of_x}})), "v{a=\"1\"} 1\n");
  Counter{stand.cell(kRequests, {"3", "y"})}.inc(3);
  CHECK_EQUAL(stand.show(view_of(0, {.times = {kByA}, .per = {of_x}})), "v{a=\"1\"} 1\n");
  const ViewFactor missing = {{.metric = "no_such_metric"}};
  CHECK_EQUAL(stand.show(view_of(0, {.times = {kByA, missing}})), "");
  // A gauge that nobody has set is none, not 0.
  auto last = kDepth;
  last.gauge_mode = GaugeMode::last;
  stand.cell(last, {"q"});
  const ViewFactor depth = {{.metric = "depth", .labels = std::vector<ViewLabel>{}}};
  CHECK_EQUAL(stand.show(view_of(0, {.times = {kByA, depth}})), "");
}

TEST(a_factor_of_sources_with_other_labels_counts_for_all_that_they_fit) {
  TimedStand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(3);
  Counter{stand.cell(kRequests, {"2", "x"})}.inc(4);
  Counter{stand.cell(kStarts, {})}.inc(1);
  auto both = kByA;
  both.push_back({.metric = "starts_total"});
  CHECK_EQUAL(stand.show(view_of(0, {.times = {kByA}, .per = {both}})), "v{a=\"1\"} 0.75\nv{a=\"2\"} 0.8\n");
}

TEST(of_a_histogram_the_events_up_to_a_bound_can_be_counted) {
  TimedStand stand;
  auto spec = kLatency;
  spec.bounds = {1, 2, 4};
  const BucketIndex index(spec.bounds);
  const Histogram histogram{stand.cell(spec, {"m"}), &index};
  for (const double value : {0.5, 1.5, 2.0, 3.0, 9.0}) histogram.observe(value);
  const auto counted = [](std::optional<double> at_most, double scale = 1) {
    return ViewSource{.metric = "latency_seconds", .take = Take::count, .scale = scale, .at_most = at_most};
  };
  CHECK_EQUAL(stand.show(view_of(FamilyType::gauge, counted(1))), "v{model=\"m\"} 1\n");
  CHECK_EQUAL(stand.show(view_of(FamilyType::gauge, counted(2))), "v{model=\"m\"} 3\n");
  const ViewFactor beyond = {counted({}, 10), counted(2, -10)};
  const auto view = view_of(10, {.times = {beyond}, .per = {{counted({})}}});
  const auto follower = stand.timed.follow({view});
  stand.pass(2, *follower);
  for (const double value : {1.0, 3.0, 3.5, 8.0}) histogram.observe(value);
  CHECK_EQUAL(stand.show(view), "v{model=\"m\"} 7.5\n");
}

TEST(several_values_of_one_gauge_are_its_series_or_added_up) {
  TimedStand stand;
  const Counter x{stand.cell(kRequests, {"1", "x"})};
  x.inc(100);
  Counter{stand.cell(kStarts, {})}.inc(4);
  const auto rate = [](const char* window, double over) {
    const ViewFactor requests = {
        {.metric = "requests_total", .labels = std::vector{constant("window", window)}}};
    return view_of(over, {.times = {requests}});
  };
  auto view = rate("5s", 5);
  view.more = {rate("20s", 20)};
  const auto follower = stand.timed.follow({view});
  stand.pass(2, *follower);
  x.inc(3);
  stand.pass(8, *follower);
  x.inc(2);
  FamilySet views({view});
  CHECK(stand.show(views).ends_with("v{window=\"5s\"} 2\nv{window=\"20s\"} 5\n"));
  // One whose metric is missing, or has nothing to divide by, adds nothing.
  auto sum = view_of(0, {.times = {kStartsFactor}});
  const ViewFactor missing = {{.metric = "no_such_metric"}};
  sum.more = {view_of(0, {.times = {kStartsFactor, kStartsFactor}}), view_of(0, {.times = {missing}})};
  CHECK_EQUAL(stand.show(sum), "v 20\n");
  CHECK_EQUAL(stand.show(DerivedViewSpec{.name = "v",
                                         .derive = ViewProduct{.times = {missing}},
                                         .more = {view_of(0, {.times = {missing}})}}),
              "");
}

TEST(a_rate_is_the_change_over_the_window_by_its_true_length) {
  TimedStand stand;
  const Counter x{stand.cell(kRequests, {"1", "x"})};
  x.inc(1000);
  const auto view = view_of(10, {.times = {kAllRequests}, .per_second = true});
  const auto follower = stand.timed.follow({view});
  now = 1004;
  x.inc(8);
  CHECK_EQUAL(stand.show(view), "v 2\n");
  now = 1000;
  stand.pass(20, *follower);  // Until 1020; the 8 came before 1001.
  CHECK_EQUAL(stand.show(view), "v 0\n");
  x.inc(21);
  now = 1020.5;
  CHECK_EQUAL(stand.show(view), "v 2\n");
  now = 1030;
  CHECK_EQUAL(stand.show(view), "v 2.1\n");
}

TEST(a_tick_does_not_wait_for_a_scrape_and_keeps_nothing_false) {
  static thread_local bool scrapes = false;
  static std::binary_semaphore is_scraping{0};
  static std::binary_semaphore may_end{0};
  TimedStand stand;
  Renderer renderer(stand.segment, [] {
    if (scrapes) {
      is_scraping.release();
      may_end.acquire();
    }
    return now;
  });
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(100);
  const auto view = view_of(10, {.times = {kByA}, .per_second = true});
  const auto follower = renderer.follow({view});
  std::thread scrape([&] {
    scrapes = true;
    FamilySet views({view});
    renderer.render(Format::text, &views);
  });
  is_scraping.acquire();
  Counter{stand.cell(kRequests, {"2", "x"})}.inc(23);  // Whose taking in needs the renderer alone.
  now = 1001;
  std::binary_semaphore ticked{0};
  std::thread tick([&] {
    renderer.tick(*follower);
    ticked.release();
  });
  CHECK(ticked.try_acquire_for(std::chrono::seconds(20)));
  may_end.release();
  scrape.join();
  tick.join();
  for (const double second : {1002, 1003}) {
    now = second;
    renderer.tick(*follower);
  }
  now = 1011.5;  // The window begins at 1000, since nothing was kept at 1001.
  FamilySet views({view});
  CHECK(renderer.render(Format::text, &views).ends_with("v{a=\"1\"} 0\nv{a=\"2\"} 2\n"));
}

TEST(no_reading_changes_what_another_sees) {
  TimedStand stand;
  const Counter x{stand.cell(kRequests, {"1", "x"})};
  const auto view = view_of(10, {.times = {kAllRequests}, .per_second = true});
  const auto follower = stand.timed.follow({view});
  stand.pass(5, *follower);
  x.inc(30);
  FamilySet one({view});
  FamilySet other({view});
  const auto text = stand.show(one);
  CHECK(text.ends_with("v 6\n"));
  for (int i = 0; i < 3; ++i) CHECK_EQUAL(stand.show(one), text);
  CHECK_EQUAL(stand.show(other), text);
}

TEST(a_series_that_comes_late_has_begun_at_0) {
  TimedStand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(100);
  const auto view = view_of(10, {.times = {kByA}});
  const auto follower = stand.timed.follow({view});
  FamilySet views({view});
  stand.pass(3, *follower);
  const Counter late{stand.cell(kRequests, {"2", "x"})};
  late.inc(7);
  CHECK(stand.show(views).ends_with("v{a=\"1\"} 0\nv{a=\"2\"} 7\n"));
  stand.pass(9, *follower);
  CHECK(stand.show(views).ends_with("v{a=\"1\"} 0\nv{a=\"2\"} 7\n"));
  stand.pass(2, *follower);
  CHECK(stand.show(views).ends_with("v{a=\"1\"} 0\nv{a=\"2\"} 0\n"));
}

TEST(a_window_that_cannot_be_given_costs_the_others_nothing) {
  TimedStand stand;
  const Counter x{stand.cell(kRequests, {"1", "x"})};
  const auto sound = view_of(10, {.times = {kAllRequests}});
  const auto broken = view_of(10, {.times = {{{.metric = "latency_seconds"}}}});
  const auto follower = stand.timed.follow({broken, sound});
  stand.pass(3, *follower);
  stand.cell(kLatency, {"m"});  // A histogram, of which a gauge cannot be made.
  x.inc(7);
  for (int i = 0; i < 2; ++i) {
    CHECK_EQUAL(stand.show(sound), "v 7\n");
    CHECK_EQUAL(stand.refusal(broken),
                "Expected \"sum\" or \"count\" (latency_seconds is a histogram) for take of view v but "
                "received \"value\".");
    stand.pass(3, *follower);
  }
  CHECK_EQUAL(error_code([&] { stand.timed.follow({sound, broken}); }), "invalid_view");
}

TEST(a_metric_that_comes_late_is_followed_too) {
  TimedStand stand;
  const auto view = view_of(10, {.times = {kAllRequests}, .per = {kStartsFactor}});
  const auto follower = stand.timed.follow({view});
  stand.pass(3, *follower);
  Counter{stand.cell(kRequests, {"1", "x"})}.inc(6);
  Counter{stand.cell(kStarts, {})}.inc(3);
  CHECK_EQUAL(stand.show(view), "v 2\n");
}

TEST(gauges_are_taken_as_they_are_and_need_nobody_to_follow) {
  TimedStand stand;
  Gauge{stand.cell(kDepth, {"q"})}.set(6);
  const ViewFactor depth = {{.metric = "depth"}};
  CHECK_EQUAL(stand.show(view_of(10, {.times = {depth}, .scale = 2})), "v{queue=\"q\"} 12\n");
  const Counter x{stand.cell(kRequests, {"1", "x"})};
  x.inc(100);
  const auto view = view_of(10, {.times = {depth, kAllRequests}});
  const auto follower = stand.timed.follow({view});
  x.inc(2);
  ++now;
  CHECK_EQUAL(stand.show(view), "v{queue=\"q\"} 12\n");
}

TEST(a_window_that_is_not_followed_for_so_long_is_refused) {
  TimedStand stand;
  Counter{stand.cell(kRequests, {"1", "x"})}.inc();
  Counter{stand.cell(kStarts, {})}.inc();
  const auto view = view_of(10, {.times = {kAllRequests}});
  const auto code = [&](const AnyViewSpec& shown) { return error_code([&] { stand.show(shown); }); };
  CHECK_EQUAL(code(view), "invalid_view");
  const auto follower = stand.timed.follow({view});
  CHECK_EQUAL(code(view), "none");
  CHECK_EQUAL(code(view_of(5, {.times = {kByA}})), "none");
  CHECK_EQUAL(code(view_of(11, {.times = {kByA}})), "invalid_view");
  CHECK_EQUAL(code(view_of(10, {.times = {kStartsFactor}})), "invalid_view");
  const auto another = stand.timed.follow({view_of(10, {.times = {kStartsFactor}})});
  CHECK_EQUAL(code(view_of(10, {.times = {kStartsFactor}})), "none");
  stand.timed.unfollow(follower);
  CHECK_EQUAL(code(view), "invalid_view");
}

TEST(views_that_cannot_be_followed_are_refused_at_once_and_harm_no_others) {
  TimedStand stand;
  stand.cell(kRequests, {"1", "x"});
  const ViewFactor wrong = {{.metric = "requests_total", .labels = std::vector{from("c", "c")}}};
  CHECK_EQUAL(error_code([&] { stand.timed.follow({view_of(10, {.times = {wrong}})}); }), "invalid_view");
  const ViewFactor later = {{.metric = "starts_total", .labels = std::vector{from("c", "c")}}};
  const auto view = view_of(10, {.times = {later}});
  const auto follower = stand.timed.follow({view});
  stand.cell(kStarts, {});
  stand.pass(1, *follower);
  CHECK_EQUAL(error_code([&] { stand.show(view); }), "invalid_view");
  CHECK_EQUAL(error_code([&] { stand.show(view_of(0, {.times = {kAllRequests}})); }), "none");
}

TEST(a_quantile_is_that_of_the_window) {
  TimedStand stand;
  auto spec = kLatency;
  spec.bounds = {1, 2, 4};
  const BucketIndex index(spec.bounds);
  const Histogram histogram{stand.cell(spec, {"m"}), &index};
  for (int i = 0; i < 100; ++i) histogram.observe(3.5);
  const DerivedViewSpec view{.name = "v",
                             .help = "View.",
                             .over = 10,
                             .derive = ViewQuantile{0.5, {{.metric = "latency_seconds", .scale = 1000}}}};
  const auto follower = stand.timed.follow({view});
  stand.pass(1, *follower);
  CHECK_EQUAL(stand.show(view), "");
  for (const double value : {0.5, 1.5, 1.6, 1.7}) histogram.observe(value);
  CHECK(stand.show(view).starts_with("v{model=\"m\"} 1333.33"));
  auto ever = view;
  ever.over = 0;
  CHECK(stand.show(ever).starts_with("v{model=\"m\"} 2960"));
}

TEST(quantiles_are_those_of_prometheus) {
  const auto classic = classic_buckets({1, 2, 4});
  const auto of = [](const Buckets& buckets, std::vector<double> counts, double quantile) {
    return quantile_of(buckets, counts, quantile).value_or(-1);
  };
  CHECK_EQUAL(of(classic, {0, 0, 0, 0}, 0.5), -1);
  CHECK_EQUAL(of(classic, {4, 0, 0, 0}, 0.5), 0.5);
  CHECK_EQUAL(of(classic, {1, 2, 1, 0}, 0.5), 1.5);
  CHECK_EQUAL(of(classic, {1, 2, 1, 0}, 1), 4);
  CHECK_EQUAL(of(classic, {0, 1, 0, 3}, 0.9), 4);
  CHECK_EQUAL(of(classic_buckets({-1, 1}), {2, 0, 0}, 0.5), -1);
  CHECK_EQUAL(of(classic_buckets({-2, 1}), {2, 0, 0}, 0.5), -2);
  CHECK_EQUAL(of(classic, {-1, 2, NAN, 0}, 0.5), 1.5);
  const auto native = native_buckets({1, 4, 16}, -1, 1);
  CHECK_EQUAL(of(native, {0, 2, 0, 0}, 0.5), 2);
  CHECK_EQUAL(of(native, {2, 0, 0, 0}, 0.5), 0.5);
}

TEST(a_derived_view_is_a_gauge_in_every_format) {
  TimedStand stand;
  Counter{stand.cell(kStarts, {})}.inc(4);
  const auto view = view_of(0, {.times = {kStartsFactor}, .scale = 0.5});
  const auto in = [&](Format format) {
    FamilySet views({view});
    return stand.timed.render(format, &views);
  };
  CHECK_EQUAL(in(Format::text), "# HELP v View.\n# TYPE v gauge\nv 2\n");
  CHECK_EQUAL(in(Format::openmetrics), "# TYPE v gauge\n# HELP v View.\nv 2.0\n# EOF\n");
  CHECK(in(Format::json).find("\"gauge\"") != std::string::npos);
  CHECK(in(Format::protobuf).find("\x0a\x01v\x12") != std::string::npos);
}

TEST(an_earlier_runs_counts_are_no_jump) {
  const TemporaryPath file;
  {
    const auto segment = Segment::adopt(file.path, kSmall, nullptr);
    const auto shard = segment->claim();
    Counter{&shard->cells()[resolve(*shard, segment->define(kStarts), {})]}.inc(1e6);
    shard->release();
  }
  now = 1000;
  const auto segment = Segment::adopt(file.path, kSmall, nullptr);
  const auto metric = segment->define(kStarts);
  const auto shard = segment->claim();
  Renderer renderer(segment, [] { return now; });
  const auto view = view_of(60, {.times = {kStartsFactor}});
  const auto follower = renderer.follow({view});
  Counter{&shard->cells()[resolve(*shard, metric, {})]}.inc(5);
  ++now;
  FamilySet views({view});
  CHECK(renderer.render(Format::text, &views).ends_with("v 5\n"));
}

}  // namespace tacho::telemetry::tests
