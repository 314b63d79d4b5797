#include <cmath>

#include "../cells.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::tests {

TEST(help_and_label_values_are_escaped) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define({MetricType::counter, "x_total", "A \"b\"\\c\nd.", {"l"}, {}, 10});
  const auto shard = segment->claim();
  resolve(*shard, metric, {"A \"b\"\\c\nd \xe2\x82\xac"});
  CHECK_EQUAL(render(segment),
              "# HELP x_total A \"b\"\\\\c\\nd.\n"
              "# TYPE x_total counter\n"
              "x_total{l=\"A \\\"b\\\"\\\\c\\nd \xe2\x82\xac\"} 0\n");
}

TEST(a_histogram_counts_each_value_in_the_first_bucket_that_holds_it) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto metric = segment->define(kLatency);
  const auto shard = segment->claim();
  const Histogram histogram{&shard->cells()[resolve(*shard, metric, {"m"})], &kLatencyIndex};
  for (const double value : {-1.0, 0.1, 0.25, 1.0, 1.5, std::nan("")}) histogram.observe(value);
  CHECK_EQUAL(render(segment),
              "# HELP latency_seconds Latency.\n"
              "# TYPE latency_seconds histogram\n"
              "latency_seconds_bucket{model=\"m\",le=\"0.1\"} 2\n"
              "latency_seconds_bucket{model=\"m\",le=\"1\"} 4\n"
              "latency_seconds_bucket{model=\"m\",le=\"+Inf\"} 5\n"
              "latency_seconds_sum{model=\"m\"} 1.85\n"
              "latency_seconds_count{model=\"m\"} 5\n");
}

TEST(a_histogram_shows_those_of_its_bounds_that_are_to_be_shown) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  auto spec = kLatency;
  spec.bounds = {0.1, 0.5, 1, 2};
  spec.shown = {1, 3};
  const BucketIndex index(spec.bounds);
  const auto metric = segment->define(spec);
  const auto shard = segment->claim();
  const Histogram histogram{&shard->cells()[resolve(*shard, metric, {"m"})], &index};
  for (const double value : {0.1, 0.25, 0.5, 1.0, 1.5, 3.0}) histogram.observe(value);
  const char* const lines =
      "latency_seconds_bucket{model=\"m\",le=\"0.5\"} 3\n"
      "latency_seconds_bucket{model=\"m\",le=\"2\"} 5\n"
      "latency_seconds_bucket{model=\"m\",le=\"+Inf\"} 6\n"
      "latency_seconds_sum{model=\"m\"} 6.35\n"
      "latency_seconds_count{model=\"m\"} 6\n";
  CHECK(render(segment).ends_with(lines));
  FamilySet views({ViewSpec{.name = "v",
                            .type = FamilyType::histogram,
                            .help = "View.",
                            .from = {{.metric = "latency_seconds"}},
                            .bounds = {{0.1, 1}}}});
  CHECK(Renderer(segment)
            .render(Format::text, &views)
            .ends_with("v_bucket{model=\"m\",le=\"0.1\"} 1\n"
                       "v_bucket{model=\"m\",le=\"1\"} 4\n"
                       "v_bucket{model=\"m\",le=\"+Inf\"} 6\n"
                       "v_sum{model=\"m\"} 6.35\n"
                       "v_count{model=\"m\"} 6\n"));
}

TEST(counters_ignore_what_would_take_them_back) {
  double cell = 1;
  for (const double n : {-1.0, 0.0, std::nan("")}) Counter{&cell}.inc(n);
  CHECK_EQUAL(cell, 1);
}

TEST(rendering_changes_nothing) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  segment->define(kStarts);
  const auto text = render(segment);
  CHECK(text.ends_with("starts_total 0\n"));
  Renderer renderer(segment);
  for (int i = 0; i < 3; ++i) CHECK_EQUAL(renderer.render(Format::text), text);
}

}  // namespace tacho::telemetry::tests
