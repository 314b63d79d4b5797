#include "derived_family.hpp"

#include <algorithm>
#include <cmath>

#include "number_format.hpp"
#include "product_family.hpp"
#include "quantile_family.hpp"

namespace tacho::telemetry {
namespace {

std::string seconds_text(double seconds) {
  std::string text;
  append_number(text, seconds);
  return text;
}

}  // namespace

DerivedFamily::DerivedFamily(const DerivedViewSpec& view) : over_(view.over) {
  check_view(view);
  family_.type = FamilyType::gauge;
  family_.name = view.name;
  family_.help = view.help;
  family_.unit = view.unit;
}

void DerivedFamily::add_factor(const ViewFactor& factor, FamilyType type) {
  factors_.emplace_back(ViewSpec{.name = family_.name, .type = type, .from = factor}, Addition::of_sources);
}

bool DerivedFamily::is_behind(const Directory& directory) const {
  return std::ranges::any_of(factors_, [&](const Projection& factor) { return factor.is_behind(directory); });
}

void DerivedFamily::refresh(const Directory& directory, std::vector<CellRange>& summed) {
  for (auto& factor : factors_) factor.refresh(directory, cells_);
  join_ranges(cells_);
  summed.insert(summed.end(), cells_.begin(), cells_.end());
  // What does not exist is not prepared, and must have no series that wait for it.
  if (!exists()) return;
  const auto& first = factors_.front().family();
  while (family_.size() < first.size()) family_.add(first.labels(family_.size()), 0);
  match();
}

bool DerivedFamily::exists() const {
  return std::ranges::all_of(factors_, [](const Projection& factor) { return factor.exists(); });
}

void DerivedFamily::read(const Moment& moment, bool, Points& points) const {
  const Reading* reading = &moment.now();
  double seconds = over_;
  // Gauges are taken as they are now, so that nobody needs to follow them.
  if (over_ > 0 && !cells_.empty()) {
    const auto* const change = moment.change(over_, cells_);
    if (change == nullptr)
      refuse_view(family_.name, "over", "a window that is followed",
                  seconds_text(over_) + " s, not followed");
    reading = &change->reading;
    seconds = change->seconds;
  }
  std::vector<std::optional<double>> values;
  compute(*reading, seconds, values);
  points.clear();
  for (const auto& value : values) {
    const bool is_number = value && std::isfinite(*value);
    points.numbers.push_back(is_number ? *value : 0);
    points.shown.push_back(is_number ? 1 : 0);
  }
}

std::unique_ptr<DerivedFamily> make_derived(const DerivedViewSpec& view) {
  if (const auto* const product = std::get_if<ViewProduct>(&view.derive))
    return std::make_unique<ProductFamily>(view, *product);
  return std::make_unique<QuantileFamily>(view, std::get<ViewQuantile>(view.derive));
}

}  // namespace tacho::telemetry
