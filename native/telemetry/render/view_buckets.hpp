#pragma once

#include <cstdint>
#include <vector>

#include "../metric_spec.hpp"
#include "family.hpp"
#include "view.hpp"

namespace tacho::telemetry {

/// All buckets of a metric.
Buckets buckets_of(const MetricSpec& spec);

/// Those that it shows under its own name.
Buckets shown_buckets_of(const MetricSpec& spec);

/// The buckets that a view shows of a metric's. Throws SegmentError for bounds that are none of the metric's.
Buckets buckets_of(const ViewSpec& view, const ViewSource& source, const MetricSpec& spec);

/// Which of the view's buckets takes each of the metric's.
std::vector<std::uint32_t> bucket_map(const Buckets& shown, const Buckets& metric, double scale);

}  // namespace tacho::telemetry
