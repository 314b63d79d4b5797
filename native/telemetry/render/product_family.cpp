#include "product_family.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace tacho::telemetry {
namespace {

using LabelNames = std::vector<std::string_view>;
using Value = std::optional<double>;

/// An empty value is the same as no label.
LabelNames names_of(std::span<const Label> labels) {
  LabelNames names;
  for (const auto& label : labels)
    if (!label.value.empty()) names.push_back(label.name);
  std::ranges::sort(names);
  return names;
}

/// The different sets of label names that a family's series have: one for each of its sources, or fewer.
std::set<LabelNames> name_sets_of(const Family& family) {
  std::set<LabelNames> sets;
  for (std::size_t series = 0; series < family.size(); ++series) sets.insert(names_of(family.labels(series)));
  return sets;
}

/// Fewer than `names` where the series lacks some.
std::vector<Label> selected(std::span<const Label> labels, const LabelNames& names) {
  std::vector<Label> result;
  for (const auto& label : labels)
    if (!label.value.empty() && std::ranges::binary_search(names, label.name)) result.push_back(label);
  return result;
}

Value sum_of(const Points& points, std::span<const std::uint32_t> series) {
  Value sum;
  for (const auto i : series)
    if (points.shown[i]) sum = sum.value_or(0) + points.numbers[i];
  return sum;
}

void multiply(Value& product, const Value& factor) {
  product = product && factor ? Value(*product * *factor) : std::nullopt;
}

void divide(Value& product, const Value& divisor) {
  product = product && divisor && *divisor != 0 ? Value(*product / *divisor) : std::nullopt;
}

}  // namespace

ProductFamily::ProductFamily(const DerivedViewSpec& view, const ViewProduct& product)
    : DerivedFamily(view),
      multipliers_(product.times.size()),
      per_second_(product.per_second),
      scale_(product.scale),
      matches_(product.times.size() + product.per.size() - 1) {
  for (const auto* factors : {&product.times, &product.per})
    for (const auto& factor : *factors) add_factor(factor, FamilyType::gauge);
}

void ProductFamily::match() {
  for (std::size_t i = 0; i < matches_.size(); ++i) match(factors()[i + 1], matches_[i]);
}

void ProductFamily::match(const Projection& factor, Matches& matches) const {
  if (matches.factor_size != factor.family().size()) matches.of_series.clear();
  matches.factor_size = factor.family().size();
  if (matches.of_series.size() == family().size()) return;
  const auto name_sets = name_sets_of(factor.family());
  for (auto series = matches.of_series.size(); series < family().size(); ++series) {
    auto& found = matches.of_series.emplace_back();
    for (const auto& names : name_sets) {
      const auto labels = selected(family().labels(series), names);
      if (labels.size() != names.size()) continue;
      if (const auto match = factor.find(labels)) found.push_back(static_cast<std::uint32_t>(*match));
    }
  }
}

void ProductFamily::compute(const Reading& reading, double seconds, std::vector<Value>& values) const {
  Points points;
  factors().front().read(reading, false, points);
  for (std::size_t series = 0; series < family().size(); ++series)
    values.push_back(points.shown[series] ? Value(points.numbers[series] * scale_) : std::nullopt);
  for (std::size_t i = 0; i < matches_.size(); ++i) {
    factors()[i + 1].read(reading, false, points);
    const auto apply = i + 1 < multipliers_ ? multiply : divide;
    for (std::size_t series = 0; series < values.size(); ++series)
      apply(values[series], sum_of(points, matches_[i].of_series[series]));
  }
  if (!per_second_) return;
  for (auto& value : values) divide(value, seconds);
}

}  // namespace tacho::telemetry
