#include "view_buckets.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <utility>

#include "number_format.hpp"

namespace tacho::telemetry {
namespace {

/// Bounds that differ by less are the same bound, scaled with other roundings.
constexpr double kRoundings = 1e-12;
constexpr int kDigits = 15;

bool is_same(double a, double b) { return std::abs(a - b) <= kRoundings * std::abs(b); }

/// 0.07 s are 70 ms, where the product is 70.00000000000001.
double scaled(double bound, double scale) {
  if (scale == 1) return bound;
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, bound * scale, std::chars_format::general, kDigits).ptr;
  double rounded = 0;
  std::from_chars(digits, end, rounded);
  return rounded;
}

std::vector<double> classic_bounds(const Buckets& buckets, double scale) {
  std::vector<double> bounds;
  for (const auto i : buckets.classic) bounds.push_back(scaled(buckets.bounds[i], scale));
  return bounds;
}

/// Too small or too great a scale makes several bounds one.
void check_scaled(const ViewSpec& view, const ViewSource& source, const std::vector<double>& bounds) {
  const bool is_increasing = std::ranges::adjacent_find(bounds, std::greater_equal()) == bounds.end();
  if (is_increasing && std::ranges::all_of(bounds, [](double bound) { return std::isfinite(bound); })) return;
  std::string scale;
  append_number(scale, source.scale);
  refuse_view(view, "scale", "a number that keeps the bounds of " + source.metric + " apart", scale);
}

void check_bounds(const ViewSpec& view, const ViewSource& source, const std::vector<double>& known) {
  for (const double bound : *view.bounds) {
    if (std::ranges::any_of(known, [&](double other) { return is_same(other, bound); })) continue;
    std::string text;
    append_number(text, bound);
    refuse_view(view, "bounds", "bounds of " + source.metric, text);
  }
}

}  // namespace

Buckets buckets_of(const MetricSpec& spec) {
  if (spec.type != MetricType::native_histogram) return classic_buckets(spec.bounds);
  const auto first = std::lround(std::ldexp(std::log2(spec.bounds.front()), spec.schema));
  return native_buckets(spec.bounds, spec.schema, static_cast<std::int32_t>(first) + 1);
}

Buckets shown_buckets_of(const MetricSpec& spec) {
  if (spec.shown.empty()) return buckets_of(spec);
  std::vector<double> bounds;
  for (const auto rank : spec.shown) bounds.push_back(spec.bounds[rank]);
  return classic_buckets(std::move(bounds));
}

Buckets buckets_of(const ViewSpec& view, const ViewSource& source, const MetricSpec& spec) {
  auto buckets = buckets_of(spec);
  if (!view.bounds && source.scale == 1) return buckets;
  auto bounds = classic_bounds(buckets, source.scale);
  check_scaled(view, source, bounds);
  if (!view.bounds) return classic_buckets(std::move(bounds));
  check_bounds(view, source, bounds);
  return classic_buckets(*view.bounds);
}

std::vector<std::uint32_t> bucket_map(const Buckets& shown, const Buckets& metric, double scale) {
  std::vector<std::uint32_t> map;
  std::uint32_t bucket = 0;
  for (const double bound : metric.bounds) {
    const double upper = scaled(bound, scale);
    while (bucket < shown.bounds.size() && shown.bounds[bucket] < upper &&
           !is_same(shown.bounds[bucket], upper))
      ++bucket;
    map.push_back(bucket);
  }
  map.push_back(static_cast<std::uint32_t>(shown.bounds.size()));
  return map;
}

}  // namespace tacho::telemetry
