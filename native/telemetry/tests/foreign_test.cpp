#include <cmath>

#include "../render/foreign_family.hpp"
#include "fixture.hpp"
#include "protobuf_reader.hpp"

namespace tacho::telemetry::tests {
namespace {

constexpr Format kAll[] = {Format::text, Format::openmetrics, Format::protobuf, Format::json};

std::string render_with(const std::shared_ptr<Segment>& segment, Format format,
                        std::vector<ForeignFamily> foreign) {
  return Renderer(segment).render(format, nullptr, foreign);
}

ForeignFamily gauge(const char* name, double value = 1) {
  ForeignFamily family(FamilyType::gauge, name, "Foreign.", "");
  family.add_scalar({}, 0, value);
  return family;
}

std::vector<ForeignFamily> one(ForeignFamily family) {
  std::vector<ForeignFamily> families;
  families.push_back(std::move(family));
  return families;
}

}  // namespace

TEST(foreign_families_follow_our_own) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  segment->define(kStarts);
  CHECK(
      render_with(segment, Format::text, one(gauge("heap_bytes", 7)))
          .ends_with("starts_total 0\n# HELP heap_bytes Foreign.\n# TYPE heap_bytes gauge\nheap_bytes 7\n"));
}

TEST(a_foreign_family_with_a_name_of_ours_or_another_is_left_out) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  segment->define(kStarts);
  segment->define(kLatency);
  for (const auto format : kAll) {
    const auto alone = render_with(segment, format, {});
    for (const char* name : {"starts_total", "latency_seconds", "latency_seconds_count", "no name", ""})
      CHECK_EQUAL(render_with(segment, format, one(gauge(name))), alone);
    auto twice = one(gauge("heap_bytes"));
    twice.push_back(gauge("heap_bytes", 2));
    CHECK_EQUAL(render_with(segment, format, std::move(twice)),
                render_with(segment, format, one(gauge("heap_bytes"))));
  }
  CHECK_EQUAL(render_with(segment, Format::openmetrics, one(gauge("starts"))),
              render_with(segment, Format::openmetrics, {}));
  CHECK(render_with(segment, Format::text, one(gauge("starts"))).ends_with("\nstarts 1\n"));
}

TEST(foreign_series_that_would_spoil_a_scrape_are_left_out) {
  ForeignFamily family(FamilyType::gauge, "g", "", "");
  CHECK(family.add_scalar({{"a", "x"}, {"b", "y"}}, 0, 1));
  CHECK(!family.add_scalar({{"b", "y"}, {"a", "x"}}, 0, 2));
  CHECK(!family.add_scalar({{"a-b", "x"}}, 0, 2));
  CHECK(family.add_scalar({{"a", "x"}}, 0, 3));
  CHECK(!family.add_scalar({{"a", "x"}, {"b", ""}}, 0, 4));
  ForeignFamily histogram(FamilyType::histogram, "h", "", "");
  CHECK(!histogram.add_histogram({{"le", "x"}}, 0, {}));
  ForeignFamily summary(FamilyType::summary, "s", "", "");
  CHECK(!summary.add_summary({{"quantile", "x"}}, 0, {0, 0}));
  ForeignFamily states(FamilyType::stateset, "engine", "", "");
  CHECK(!states.add_states({{"engine", "x"}}, {}));
}

TEST(foreign_histograms_may_each_have_their_own_buckets) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  ForeignFamily family(FamilyType::histogram, "h", "Foreign.", "");
  family.add_histogram({{"a", "1"}}, 0, {3, 9, {{1, 1}, {INFINITY, 3}}, {}});
  family.add_histogram({{"a", "2"}}, 0, {5, 8, {{2, 2}, {4, 3}, {INFINITY, 5}}, {}});
  family.add_exemplar({3, 100, {1, 1}, 1});
  CHECK_EQUAL(render_with(segment, Format::text, one(std::move(family))),
              "# HELP h Foreign.\n"
              "# TYPE h histogram\n"
              "h_bucket{a=\"1\",le=\"1\"} 1\n"
              "h_bucket{a=\"1\",le=\"+Inf\"} 3\n"
              "h_sum{a=\"1\"} 9\n"
              "h_count{a=\"1\"} 3\n"
              "h_bucket{a=\"2\",le=\"2\"} 2\n"
              "h_bucket{a=\"2\",le=\"4\"} 3\n"
              "h_bucket{a=\"2\",le=\"+Inf\"} 5\n"
              "h_sum{a=\"2\"} 8\n"
              "h_count{a=\"2\"} 5\n");
}

TEST(foreign_native_histograms_stay_native) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto shown = [&](ForeignNative native, Format format) {
    ForeignFamily family(FamilyType::histogram, "h", "Foreign.", "");
    family.add_histogram({}, 0, {10, 9, {{1, 4}, {INFINITY, 10}}, std::move(native)});
    return render_with(segment, format, one(std::move(family)));
  };
  const ForeignNative native{1, 1e-9, 2, -1, {1, 0, 3, 4}};
  CHECK_EQUAL(
      ProtobufReader(shown(native, Format::protobuf)).print(),
      "name 'h' help 'Foreign.' type 4 metric {histogram {count 10 sum 9 schema 1 zero_threshold 1e-09 "
      "zero_count 2 span {offset -1 length 4} delta [1 -1 3 1]}}\n");
  CHECK(shown(native, Format::text)
            .ends_with("h_bucket{le=\"1e-09\"} 2\nh_bucket{le=\"1\"} 3\nh_bucket{le=\"2\"} 10\n"
                       "h_bucket{le=\"+Inf\"} 10\nh_sum 9\nh_count 10\n"));
  const ForeignNative wrong[] = {{9, 0, 0, 0, {1}},
                                 {0, -1, 0, 0, {1}},
                                 {0, NAN, 0, 0, {1}},
                                 {0, 4, 0, 0, {1}},
                                 {-4, 0, 0, INT32_MAX, {1}}};
  for (const auto& other : wrong)
    CHECK(shown(other, Format::json)
              .find("\"buckets\":[{\"le\":1,\"count\":4},{\"le\":\"+Inf\",\"count\":10}]}") !=
          std::string::npos);
}

TEST(foreign_states_and_summaries_are_shown) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  ForeignFamily states(FamilyType::stateset, "engine", "Foreign.", "");
  states.set_states({"up", "down"});
  states.add_states({{"model", "m"}}, {1, 0});
  CHECK(render_with(segment, Format::text, one(std::move(states)))
            .ends_with("engine{model=\"m\",engine=\"up\"} 1\nengine{model=\"m\",engine=\"down\"} 0\n"));
  ForeignFamily summary(FamilyType::summary, "s", "Foreign.", "");
  summary.set_quantiles({0.5});
  summary.add_summary({}, 0, {7, 30, 4});
  CHECK(render_with(segment, Format::text, one(std::move(summary)))
            .ends_with("s{quantile=\"0.5\"} 7\ns_sum 30\ns_count 4\n"));
}

TEST(foreign_counts_that_are_no_numbers_count_nothing) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  const auto shown = [&](ForeignHistogram histogram) {
    ForeignFamily family(FamilyType::histogram, "h", "Foreign.", "");
    family.add_histogram({}, 0, histogram);
    return render_with(segment, Format::text, one(std::move(family)));
  };
  CHECK(shown({4, 9, {{1, NAN}, {2, 1.5}, {3, INFINITY}}, {}})
            .ends_with("h_bucket{le=\"1\"} 0\nh_bucket{le=\"2\"} 1\nh_bucket{le=\"3\"} 1\n"
                       "h_bucket{le=\"+Inf\"} 4\nh_sum 9\nh_count 4\n"));
  CHECK(shown({NAN, 9, {{1, 2}}, {}}).ends_with("h_bucket{le=\"+Inf\"} 2\nh_sum 9\nh_count 2\n"));
  CHECK(shown({3, 9, {}, ForeignNative{0, 1, NAN, 1, {1, INFINITY}}})
            .ends_with("h_bucket{le=\"1\"} 0\nh_bucket{le=\"2\"} 1\nh_bucket{le=\"4\"} 1\n"
                       "h_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 3\n"));
  CHECK(shown({3, 9, {}, ForeignNative{0, INFINITY, 1, 0, {}}})
            .ends_with("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 3\n"));
}

TEST(a_foreign_summary_counts_whole_events) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  ForeignFamily summary(FamilyType::summary, "s", "Foreign.", "");
  summary.add_summary({{"a", "1"}}, 0, {30, 2.5});
  summary.add_summary({{"a", "2"}}, 0, {30, INFINITY});
  CHECK(render_with(segment, Format::openmetrics, one(std::move(summary)))
            .ends_with("s_sum{a=\"1\"} 30.0\ns_count{a=\"1\"} 2\n"
                       "s_sum{a=\"2\"} 30.0\ns_count{a=\"2\"} 0\n# EOF\n"));
}

TEST(foreign_states_need_a_name_that_can_be_a_label) {
  ForeignFamily states(FamilyType::stateset, "app:engine", "", "");
  states.set_states({"up"});
  CHECK(!states.add_states({}, {1}));
}

}  // namespace tacho::telemetry::tests
