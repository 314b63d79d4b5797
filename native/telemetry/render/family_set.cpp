#include "family_set.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tacho::telemetry {

FamilySet::FamilySet(const std::vector<ViewSpec>& views) : shows_metrics_(false) {
  Names names;
  for (const auto& view : views) {
    const auto& projection = projections_.emplace_back(view);
    if (!names.take(projection.family()))
      refuse_view(view, "name", "a name that no other view's lines have", view.name);
  }
  name_families();
}

bool FamilySet::is_behind(const Directory& directory, Format format) const {
  const auto& prepared = formats_[static_cast<std::size_t>(format)].families;
  if (error_ || prepared.size() != projections_.size()) return true;
  if (shows_metrics_ && projections_.size() != directory.metrics().size()) return true;
  for (std::size_t i = 0; i < projections_.size(); ++i)
    if (projections_[i].is_behind(directory) || prepared[i].series.size() != projections_[i].family().size())
      return true;
  return false;
}

void FamilySet::refresh(const Directory& directory, Format format) {
  if (error_) throw SegmentError(*error_);
  try {
    take_in(directory);
  } catch (const SegmentError& error) {
    error_ = error;
    throw;
  }
  prepare(format);
}

void FamilySet::take_in(const Directory& directory) {
  if (shows_metrics_ && projections_.size() < directory.metrics().size()) {
    while (projections_.size() < directory.metrics().size())
      projections_.emplace_back(directory, projections_.size());
    overflow_counts_.refresh(directory, summed_);
    name_families();
  }
  for (auto& projection : projections_) projection.refresh(directory, summed_);
  join_ranges(summed_);
}

void FamilySet::name_families() {
  names_ = Names();
  std::vector<Family*> families;
  if (shows_metrics_) families.push_back(&overflow_counts_.family());
  for (auto& projection : projections_) families.push_back(&projection.family());
  for (const auto* family : families) names_.take(*family);
  bool changed = false;
  for (auto* family : families) {
    const auto before = std::pair(family->openmetrics_name, family->openmetrics_type);
    names_.name_for_openmetrics(*family);
    changed |= before != std::pair(family->openmetrics_name, family->openmetrics_type);
  }
  if (changed) formats_[static_cast<std::size_t>(Format::openmetrics)] = {};
}

void FamilySet::prepare(Format format) {
  const auto& encoder = encoder_of(format);
  auto& [families, overflow_counts] = formats_[static_cast<std::size_t>(format)];
  families.resize(projections_.size());
  for (std::size_t i = 0; i < projections_.size(); ++i)
    if (projections_[i].exists()) encoder.prepare(projections_[i].family(), families[i]);
  if (shows_metrics_) encoder.prepare(overflow_counts_.family(), overflow_counts);
}

void FamilySet::note_cost(Format format, std::size_t bytes, std::chrono::nanoseconds duration) {
  auto& cost = costs_[static_cast<std::size_t>(format)];
  if (bytes > cost.bytes) cost.bytes = bytes;
  cost.nanoseconds = duration.count();
}

void FamilySet::append_to(std::string& out, const Reading& reading, Format format) const {
  const auto& encoder = encoder_of(format);
  const auto& [families, overflow_counts] = formats_[static_cast<std::size_t>(format)];
  Points points;
  for (std::size_t i = 0; i < projections_.size(); ++i) {
    if (!projections_[i].exists()) continue;
    projections_[i].read(reading, encoder.shows_exemplars(), points);
    encoder.append(out, projections_[i].family(), families[i], points);
  }
  overflow_counts_.read(reading, points);
  if (std::ranges::find(points.shown, 1) != points.shown.end())
    encoder.append(out, overflow_counts_.family(), overflow_counts, points);
}

}  // namespace tacho::telemetry
