#include "family.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tacho::telemetry {

const char* type_name(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return "counter";
    case FamilyType::gauge:
      return "gauge";
    case FamilyType::histogram:
      return "histogram";
    case FamilyType::info:
      return "info";
    case FamilyType::stateset:
      return "stateset";
    case FamilyType::summary:
      return "summary";
    default:
      return "unknown";
  }
}

std::string key_of(std::span<const Label> labels) {
  std::vector<Label> sorted;
  // An empty value is the same as no label.
  std::ranges::copy_if(labels, std::back_inserter(sorted),
                       [](const Label& label) { return !label.value.empty(); });
  std::ranges::sort(sorted, {}, &Label::name);
  std::string key;
  for (const auto& [name, value] : sorted)
    for (const auto text : {name, value}) key.append(std::to_string(text.size())).append(":").append(text);
  return key;
}

std::uint32_t Buckets::find(double value) const {
  return static_cast<std::uint32_t>(std::ranges::lower_bound(bounds, value) - bounds.begin());
}

Buckets classic_buckets(std::vector<double> bounds) {
  Buckets buckets{.bounds = std::move(bounds)};
  for (std::uint32_t i = 0; i < buckets.bounds.size(); ++i) buckets.classic.push_back(i);
  return buckets;
}

Buckets native_buckets(std::vector<double> bounds, std::int32_t schema, std::int32_t first_index) {
  Buckets buckets{
      .bounds = std::move(bounds), .is_native = true, .schema = schema, .first_index = first_index};
  for (std::uint32_t i = 0; i < buckets.bounds.size(); ++i) {
    int exponent;
    if (i == 0 || std::frexp(buckets.bounds[i], &exponent) == 0.5) buckets.classic.push_back(i);
  }
  return buckets;
}

void Family::add(std::span<const Label> labels, double created, std::uint32_t of_buckets) {
  labels_.insert(labels_.end(), labels.begin(), labels.end());
  series_.push_back({labels_.size(), created, of_buckets});
}

std::span<const Label> Family::labels(std::size_t series) const {
  const auto first = series == 0 ? 0 : series_[series - 1].labels_end;
  return std::span(labels_).subspan(first, series_[series].labels_end - first);
}

std::size_t Family::width(std::size_t series) const {
  if (type == FamilyType::histogram) return buckets_of(series).count() + 1;
  return type == FamilyType::summary ? quantiles.size() + 2 : 1;
}

void Points::clear() {
  numbers.clear();
  shown.clear();
  exemplars.clear();
}

void Points::keep_newest(const SeriesExemplar& found) {
  auto at = exemplars.end();
  while (at != exemplars.begin() && at[-1].series == found.series && at[-1].bucket >= found.bucket) --at;
  const bool is_new = at == exemplars.end() || at->series != found.series || at->bucket != found.bucket;
  if (is_new)
    exemplars.insert(at, found);
  else if (found.exemplar.time > at->exemplar.time)
    *at = found;
}

}  // namespace tacho::telemetry
