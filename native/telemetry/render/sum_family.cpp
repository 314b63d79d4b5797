#include "sum_family.hpp"

#include <algorithm>

namespace tacho::telemetry {

SumFamily::SumFamily(const DerivedViewSpec& view) {
  add_part(view);
  for (const auto& more : view.more) add_part(more);
  const auto& first = parts_.front().gauge->family();
  family_.type = first.type;
  family_.name = first.name;
  family_.help = first.help;
  family_.unit = first.unit;
}

void SumFamily::add_part(const DerivedViewSpec& view) { parts_.push_back({make_derived(view), {}}); }

bool SumFamily::is_behind(const Directory& directory) const {
  return std::ranges::any_of(parts_, [&](const Part& part) { return part.gauge->is_behind(directory); });
}

void SumFamily::refresh(const Directory& directory, std::vector<CellRange>& summed) {
  for (auto& [gauge, series] : parts_) {
    gauge->refresh(directory, summed);
    while (series.size() < gauge->family().size())
      series.push_back(series_of(gauge->family().labels(series.size())));
  }
}

std::uint32_t SumFamily::series_of(std::span<const Label> labels) {
  const auto next = static_cast<std::uint32_t>(family_.size());
  const auto [known, is_new] = series_by_labels_.try_emplace(key_of(labels), next);
  if (is_new) family_.add(labels, 0);
  return known->second;
}

bool SumFamily::exists() const {
  return std::ranges::any_of(parts_, [](const Part& part) { return part.gauge->exists(); });
}

void SumFamily::read(const Moment& moment, bool with_exemplars, Points& points) const {
  points.clear();
  points.numbers.assign(family_.size(), 0);
  points.shown.assign(family_.size(), 0);
  Points of_part;
  for (const auto& [gauge, series] : parts_) {
    if (!gauge->exists()) continue;
    gauge->read(moment, with_exemplars, of_part);
    for (std::size_t i = 0; i < series.size(); ++i) {
      if (!of_part.shown[i]) continue;
      points.numbers[series[i]] += of_part.numbers[i];
      points.shown[series[i]] = 1;
    }
  }
}

std::unique_ptr<ShownFamily> make_shown(const DerivedViewSpec& view) {
  if (view.more.empty()) return make_derived(view);
  return std::make_unique<SumFamily>(view);
}

}  // namespace tacho::telemetry
