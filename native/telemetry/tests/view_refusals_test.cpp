#include "view_stand.hpp"

namespace tacho::telemetry::tests {

TEST(malformed_views_are_refused_with_their_reason) {
  Stand stand;
  stand.cell(kRequests, {"1", "x"});
  stand.cell(kLatency, {"m"});
  const ViewSource requests{.metric = "requests_total"};
  const ViewSource latency{.metric = "latency_seconds"};
  auto view = view_of(FamilyType::counter, requests);
  CHECK_EQUAL(stand.refusal(view), "none");

  view.name = "a-b";
  CHECK_EQUAL(stand.refusal(view),
              "Expected a Prometheus metric name for name of view a-b but received a-b.");
  view = view_of(FamilyType::counter, requests);
  view.from.clear();
  CHECK_EQUAL(stand.refusal(view), "Expected at least one source for from of view v but received none.");
  const auto with = [&](ViewSource source, auto change) {
    change(source);
    return stand.refusal(view_of(FamilyType::counter, source));
  };
  CHECK_EQUAL(with(requests, [](auto& source) { source.scale = INFINITY; }),
              "Expected a finite number for scale of view v but received +Inf.");
  CHECK_EQUAL(with(requests, [](auto& source) { source.take = Take::sum; }),
              "Expected \"value\" (requests_total is a counter) for take of view v but received \"sum\".");
  CHECK_EQUAL(with(requests, [](auto& source) { source.labels = std::vector{constant("__x", "y")}; }),
              "Expected Prometheus label names for labels of view v but received __x.");
  CHECK_EQUAL(with(requests,
                   [](auto& source) {
                     source.labels = std::vector{constant("x", "y"), from("x", "a")};
                   }),
              "Expected distinct names for labels of view v but received x.");
  CHECK_EQUAL(with(requests, [](auto& source) { source.labels = std::vector{from("x", "c")}; }),
              "Expected labels of requests_total for labels of view v but received c.");
  CHECK_EQUAL(with(requests,
                   [](auto& source) {
                     source.where = {{"c", {"y"}}};
                   }),
              "Expected labels of requests_total for where of view v but received c.");
  CHECK_EQUAL(with(latency, [](auto&) {}),
              "Expected \"sum\" or \"count\" (latency_seconds is a histogram) for take of view v but "
              "received \"value\".");
  CHECK_EQUAL(stand.refusal(view_of(FamilyType::histogram, requests)),
              "Expected histograms for from of view v but received requests_total, a counter.");
  CHECK_EQUAL(stand.refusal(view_of(FamilyType::info, requests)),
              "Expected infos for from of view v but received requests_total, a counter.");
  auto histogram = view_of(FamilyType::histogram, latency);
  histogram.from.push_back({.metric = "latency_seconds", .scale = 2});
  CHECK_EQUAL(
      stand.refusal(histogram),
      "Expected metrics with the same buckets for from of view v but received latency_seconds with others.");
  histogram.from.pop_back();
  histogram.from[0].scale = 0;
  CHECK_EQUAL(stand.refusal(histogram), "Expected a positive number for scale of view v but received 0.");
  histogram.from[0].scale = 1;
  histogram.bounds = {1, 1};
  CHECK_EQUAL(stand.refusal(histogram),
              "Expected finite, strictly increasing numbers for bounds of view v but received 1.");
  histogram.bounds.reset();
  histogram.from[0].labels = std::vector{constant("le", "x")};
  CHECK_EQUAL(stand.refusal(histogram),
              "Expected no label le, which its own lines use for labels of view v but received le.");
}

TEST(events_up_to_what_is_no_bound_are_refused) {
  Stand stand;
  auto spec = kLatency;
  spec.bounds = {1, 2};
  stand.cell(spec, {"m"});
  auto view = view_of(FamilyType::gauge, {.metric = "latency_seconds", .take = Take::count, .at_most = 1.5});
  CHECK_EQUAL(stand.refusal(view),
              "Expected a bound of latency_seconds for atMost of view v but received 1.5.");
  view.from[0].take = Take::sum;
  CHECK_EQUAL(stand.refusal(view),
              "Expected none where not events are counted for atMost of view v but received 1.5.");
}

TEST(malformed_derived_views_are_refused_with_their_reason) {
  Stand stand;
  stand.cell(kRequests, {"1", "x"});
  const ViewFactor requests = {{.metric = "requests_total"}};
  const auto refusal = [&](DerivedViewSpec view) {
    view.name = "v";
    return stand.refusal(view);
  };
  CHECK_EQUAL(refusal({.derive = ViewProduct{}}),
              "Expected at least one factor for times of view v but received none.");
  CHECK_EQUAL(refusal({.over = 3601, .derive = ViewProduct{.times = {requests}}}),
              "Expected 0 to 3600 seconds for over of view v but received 3601.");
  CHECK_EQUAL(refusal({.over = -1, .derive = ViewProduct{.times = {requests}}}),
              "Expected 0 to 3600 seconds for over of view v but received -1.");
  CHECK_EQUAL(refusal({.derive = ViewProduct{.times = {requests}, .per_second = true}}),
              "Expected a window to divide by for over of view v but received 0.");
  CHECK_EQUAL(refusal({.derive = ViewProduct{.times = {requests}, .scale = NAN}}),
              "Expected a finite number for scale of view v but received NaN.");
  CHECK_EQUAL(refusal({.derive = ViewProduct{.times = {requests}, .per = {ViewFactor{}}}}),
              "Expected at least one source for from of view v but received none.");
  CHECK_EQUAL(refusal({.derive = ViewQuantile{1.5, {{.metric = "latency_seconds"}}}}),
              "Expected a number from 0 to 1 for quantile of view v but received 1.5.");
  CHECK_EQUAL(refusal({.derive = ViewQuantile{0.5, requests}}),
              "Expected histograms for from of view v but received requests_total, a counter.");
  CHECK_EQUAL(refusal({.over = 60, .derive = ViewProduct{.times = {requests}}}),
              "Expected a window that is followed for over of view v but received 60 s, not followed.");
}

TEST(a_view_that_is_wrong_stays_wrong) {
  Stand stand;
  stand.cell(kRequests, {"1", "x"});
  FamilySet views({view_of(FamilyType::info, {.metric = "requests_total"})});
  for (int i = 0; i < 3; ++i)
    CHECK_EQUAL(error_code([&] { stand.renderer.render(Format::json, &views); }), "invalid_view");
  CHECK(!stand.renderer.render(Format::json).empty());
}

TEST(views_with_a_name_in_common_are_refused) {
  const auto named = [](const char* name, FamilyType type) {
    return ViewSpec{.name = name, .type = type, .help = "View.", .from = {{.metric = "latency_seconds"}}};
  };
  const auto code = [&](const char* other) {
    return error_code([&] {
      FamilySet({named("x", FamilyType::histogram), named(other, FamilyType::gauge)});
    });
  };
  CHECK_EQUAL(code("x"), "invalid_view");
  CHECK_EQUAL(code("x_count"), "invalid_view");
  CHECK_EQUAL(code("x_total"), "none");
}

TEST(beside_the_metrics_a_view_cannot_have_the_name_of_one) {
  Stand stand;
  stand.cell(kLatency, {"m"});
  const auto code = [&](const char* name) {
    auto view = view_of(FamilyType::gauge, {.metric = "latency_seconds", .take = Take::count});
    view.name = name;
    return error_code([&] {
      FamilySet views({view}, true);
      stand.renderer.render(Format::text, &views);
    });
  };
  CHECK_EQUAL(code("latency_seconds"), "invalid_view");
  CHECK_EQUAL(code("latency_seconds_sum"), "invalid_view");
  CHECK_EQUAL(code("tacho_telemetry_series_overflowed_total"), "invalid_view");
  CHECK_EQUAL(code("latency"), "none");
  FamilySet views({view_of(FamilyType::gauge, {.metric = "depth"})}, true);
  CHECK_EQUAL(error_code([&] { stand.renderer.render(Format::text, &views); }), "none");
  auto late = kDepth;
  late.name = "v";
  stand.cell(late, {"q"});
  CHECK_EQUAL(error_code([&] { stand.renderer.render(Format::text, &views); }), "invalid_view");
}

}  // namespace tacho::telemetry::tests
