#include "quantile_family.hpp"

#include <algorithm>
#include <cmath>

namespace tacho::telemetry {
namespace {

/// The value at a fraction of the way through a bucket that holds something.
double value_in(const Buckets& buckets, std::size_t bucket, double fraction) {
  const auto& bounds = buckets.bounds;
  if (bucket == bounds.size()) return bounds.back();
  const double upper = bounds[bucket];
  if (bucket == 0) return upper > 0 ? upper * fraction : upper;
  const double lower = bounds[bucket - 1];
  if (buckets.is_native) return lower * std::pow(upper / lower, fraction);
  return lower + (upper - lower) * fraction;
}

/// A writer at work, or damage, may make a change negative.
double positive(double count) { return count > 0 && std::isfinite(count) ? count : 0; }

}  // namespace

QuantileFamily::QuantileFamily(const DerivedViewSpec& view, const ViewQuantile& quantile)
    : DerivedFamily(view), quantile_(quantile.quantile) {
  add_factor(quantile.of, FamilyType::histogram);
}

void QuantileFamily::compute(const Reading& reading, double,
                             std::vector<std::optional<double>>& values) const {
  const auto& histograms = factors().front();
  Points points;
  histograms.read(reading, false, points);
  const double* numbers = points.numbers.data();
  for (std::size_t series = 0; series < family().size(); ++series) {
    const auto& buckets = histograms.family().buckets_of(series);
    values.push_back(quantile_of(buckets, {numbers, buckets.count()}, quantile_));
    numbers += histograms.family().width(series);
  }
}

std::optional<double> quantile_of(const Buckets& buckets, std::span<const double> counts, double quantile) {
  double total = 0;
  for (const double count : counts) total += positive(count);
  if (total == 0) return std::nullopt;
  const double rank = quantile * total;
  double below = 0;
  std::size_t last = 0;
  for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
    const double count = positive(counts[bucket]);
    if (count == 0) continue;
    if (below + count >= rank) return value_in(buckets, bucket, (rank - below) / count);
    below += count;
    last = bucket;
  }
  return value_in(buckets, last, 1);  // Roundings may leave the highest rank above the sum.
}

}  // namespace tacho::telemetry
