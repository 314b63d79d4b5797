#include "overflow_counts.hpp"

namespace tacho::telemetry {

OverflowCounts::OverflowCounts() {
  family_.type = FamilyType::counter;
  family_.name = "tacho_telemetry_series_overflowed_total";
  family_.help = "Label sets for which a metric had no room; its series \"overflow\" took them.";
}

void OverflowCounts::refresh(const Directory& directory, std::vector<CellRange>& summed) {
  for (; metrics_taken_ < directory.metrics().size(); ++metrics_taken_) {
    const auto& metric = directory.metrics()[metrics_taken_];
    if (metric.refused_cell == kNoCell || metric.spec.name.empty()) continue;
    cells_.push_back(metric.refused_cell);
    summed.push_back({metric.refused_cell, 1});
    const Label label{"metric", metric_names_.emplace_back(metric.spec.name)};
    family_.add({&label, 1}, metric.created);
  }
}

void OverflowCounts::read(const Reading& reading, Points& points) const {
  points.clear();
  for (const auto cell : cells_) {
    points.numbers.push_back(reading.total(cell));
    points.shown.push_back(points.numbers.back() != 0 ? 1 : 0);
  }
}

}  // namespace tacho::telemetry
