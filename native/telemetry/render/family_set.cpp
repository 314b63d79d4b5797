#include "family_set.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "projection.hpp"
#include "sum_family.hpp"

namespace tacho::telemetry {
namespace {

using Families = std::vector<std::unique_ptr<ShownFamily>>;

std::unique_ptr<ShownFamily> shown(const AnyViewSpec& view) {
  if (const auto* const derived = std::get_if<DerivedViewSpec>(&view)) return make_shown(*derived);
  return std::make_unique<Projection>(std::get<ViewSpec>(view));
}

bool are_behind(const Families& families, const std::deque<Prepared>& prepared, const Directory& directory) {
  if (prepared.size() != families.size()) return true;
  for (std::size_t i = 0; i < families.size(); ++i)
    if (families[i]->is_behind(directory) || prepared[i].series.size() != families[i]->family().size())
      return true;
  return false;
}

void prepare_all(const Encoder& encoder, const Families& families, std::deque<Prepared>& prepared) {
  prepared.resize(families.size());
  for (std::size_t i = 0; i < families.size(); ++i)
    if (families[i]->exists()) encoder.prepare(families[i]->family(), prepared[i]);
}

void append_all(std::string& out, const Encoder& encoder, const Families& families,
                const std::deque<Prepared>& prepared, const Moment& moment) {
  Points points;
  for (std::size_t i = 0; i < families.size(); ++i) {
    if (!families[i]->exists()) continue;
    families[i]->read(moment, encoder.shows_exemplars(), points);
    encoder.append(out, families[i]->family(), prepared[i], points);
  }
}

}  // namespace

FamilySet::FamilySet(const std::vector<AnyViewSpec>& views, bool with_metrics)
    : shows_metrics_(with_metrics) {
  Names names;
  for (const auto& view : views) {
    const auto& family = views_.emplace_back(shown(view))->family();
    if (!names.take(family))
      refuse_view(family.name, "name", "a name that no other view's lines have", family.name);
  }
  name_families();
}

bool FamilySet::is_behind(const Directory& directory, Format format) const {
  const auto& prepared = formats_[static_cast<std::size_t>(format)];
  if (error_ || (shows_metrics_ && metrics_.size() != directory.metrics().size())) return true;
  return are_behind(metrics_, prepared.metrics, directory) || are_behind(views_, prepared.views, directory);
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
  if (shows_metrics_ && metrics_.size() < directory.metrics().size()) {
    while (metrics_.size() < directory.metrics().size())
      metrics_.push_back(std::make_unique<Projection>(directory, metrics_.size()));
    overflow_counts_.refresh(directory, summed_);
    name_families();
  }
  for (auto* families : {&metrics_, &views_})
    for (const auto& family : *families)
      if (family->is_behind(directory)) family->refresh(directory, summed_);
  join_ranges(summed_);
}

void FamilySet::name_families() {
  names_ = Names();
  std::vector<Family*> families;
  if (shows_metrics_) families.push_back(&overflow_counts_.family());
  for (const auto& metric : metrics_) families.push_back(&metric->family());
  for (const auto* family : families) names_.take(*family);
  for (const auto& view : views_) {
    auto& family = *families.emplace_back(&view->family());
    if (!names_.take(family))
      refuse_view(family.name, "name", "a name that no metric's lines have", family.name);
  }
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
  auto& [metrics, views, overflow_counts] = formats_[static_cast<std::size_t>(format)];
  prepare_all(encoder, metrics_, metrics);
  prepare_all(encoder, views_, views);
  if (shows_metrics_) encoder.prepare(overflow_counts_.family(), overflow_counts);
}

void FamilySet::note_cost(Format format, std::size_t bytes, std::chrono::nanoseconds duration) {
  auto& cost = costs_[static_cast<std::size_t>(format)];
  if (bytes > cost.bytes) cost.bytes = bytes;
  cost.nanoseconds = duration.count();
}

void FamilySet::append_to(std::string& out, const Moment& moment, Format format) const {
  const auto& encoder = encoder_of(format);
  const auto& [metrics, views, overflow_counts] = formats_[static_cast<std::size_t>(format)];
  append_all(out, encoder, metrics_, metrics, moment);
  Points points;
  overflow_counts_.read(moment.now(), points);
  if (std::ranges::find(points.shown, 1) != points.shown.end())
    encoder.append(out, overflow_counts_.family(), overflow_counts, points);
  append_all(out, encoder, views_, views, moment);
}

}  // namespace tacho::telemetry
