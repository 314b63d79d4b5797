#pragma once

#include "derived_family.hpp"

namespace tacho::telemetry {

/// A quantile of histograms, as Prometheus' histogram_quantile estimates it.
class QuantileFamily : public DerivedFamily {
 public:
  /// Throws SegmentError for a malformed view.
  QuantileFamily(const DerivedViewSpec& view, const ViewQuantile& quantile);

 private:
  void compute(const Reading& reading, double seconds,
               std::vector<std::optional<double>>& values) const override;

  const double quantile_;
};

/// Of the counts of buckets; nothing without any. Linear between classic bounds, exponential between native
/// ones; above them all, the highest bound is all that is known.
std::optional<double> quantile_of(const Buckets& buckets, std::span<const double> counts, double quantile);

}  // namespace tacho::telemetry
