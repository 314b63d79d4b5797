#include "foreign_family.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "../metric_spec.hpp"
#include "names.hpp"

namespace tacho::telemetry {
namespace {

struct Counted {
  Buckets buckets;
  std::vector<double> counts;
};

/// What is no number of events counts none: one NaN would make all cumulative counts NaN.
double events(double count) { return count > 0 && std::isfinite(count) ? std::floor(count) : 0; }

/// Prometheus' upper bound of a bucket; exact for powers of two.
double bound_of(std::int64_t index, std::int32_t schema) {
  const double doublings = std::ldexp(static_cast<double>(index), -schema);
  const double whole = std::floor(doublings);
  return std::ldexp(std::exp2(doublings - whole), static_cast<int>(std::clamp(whole, -1e6, 1e6)));
}

Counted classic(const ForeignHistogram& histogram) {
  Counted counted;
  std::vector<double> bounds;
  double below = 0;
  for (const auto& [bound, cumulative] : histogram.buckets) {
    if (!std::isfinite(bound) || (!bounds.empty() && bound <= bounds.back())) continue;
    bounds.push_back(bound);
    counted.counts.push_back(events(events(cumulative) - below));
    below = std::max(events(cumulative), below);
  }
  counted.buckets = classic_buckets(std::move(bounds));
  return counted;
}

/// Nothing for one that Prometheus would refuse.
std::optional<Counted> native(const ForeignNative& histogram) {
  const auto& [schema, zero_threshold, zero_count, offset, counts] = histogram;
  if (schema < kLeastSchema || schema > kMostSchema || !(zero_threshold >= 0) ||
      !std::isfinite(zero_threshold))
    return std::nullopt;
  Counted counted{{}, {events(zero_count)}};
  std::vector<double> bounds{zero_threshold};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    bounds.push_back(bound_of(offset + static_cast<std::int64_t>(i), schema));
    if (!std::isfinite(bounds.back()) || !(bounds.back() > bounds[i])) return std::nullopt;
    counted.counts.push_back(events(counts[i]));
  }
  counted.buckets = native_buckets(std::move(bounds), schema, offset);
  return counted;
}

/// The names of labels that a type's own lines use.
std::string_view reserved_label(const Family& family) {
  if (family.type == FamilyType::histogram) return "le";
  if (family.type == FamilyType::summary) return "quantile";
  return family.type == FamilyType::stateset ? std::string_view(family.name) : "";
}

}  // namespace

ForeignFamily::ForeignFamily(FamilyType type, std::string name, std::string help, std::string unit) {
  family_.type = type;
  family_.name = std::move(name);
  family_.help = std::move(help);
  family_.unit = std::move(unit);
}

bool ForeignFamily::add_scalar(const ForeignLabels& labels, double created, double value) {
  if (!is_new(labels)) return false;
  add(keep(labels), created, {value});
  return true;
}

bool ForeignFamily::add_histogram(const ForeignLabels& labels, double created,
                                  const ForeignHistogram& histogram) {
  if (!is_new(labels)) return false;
  std::optional<Counted> counted;
  if (histogram.native) counted = native(*histogram.native);
  if (!counted) counted = classic(histogram);
  auto& [buckets, counts] = *counted;
  const double below = std::accumulate(counts.begin(), counts.end(), 0.0);
  counts.push_back(events(events(histogram.count) - below));
  counts.push_back(histogram.sum);
  add(keep(labels), created, counts, number_of(std::move(buckets)));
  return true;
}

bool ForeignFamily::add_summary(const ForeignLabels& labels, double created,
                                const std::vector<double>& values) {
  if (!is_new(labels)) return false;
  auto numbers = values;
  numbers.back() = events(numbers.back());
  add(keep(labels), created, numbers);
  return true;
}

bool ForeignFamily::add_states(const ForeignLabels& labels, const std::vector<double>& values) {
  if (!is_new(labels)) return false;
  const auto kept = keep(labels);
  const std::string_view name = texts_.emplace_back(family_.name);
  for (std::size_t i = 0; i < family_.states.size(); ++i) {
    auto with_state = kept;
    with_state.push_back({name, texts_.emplace_back(family_.states[i])});
    add(std::move(with_state), 0, {values[i]});
  }
  return true;
}

void ForeignFamily::add_exemplar(const Exemplar& exemplar) {
  const auto series = family_.size() - 1;
  const bool is_histogram = family_.type == FamilyType::histogram;
  points_.keep_newest({series, is_histogram ? family_.buckets_of(series).find(exemplar.value) : 0, exemplar});
}

bool ForeignFamily::is_new(const ForeignLabels& labels) {
  const auto reserved = reserved_label(family_);
  if (family_.type == FamilyType::stateset && !is_label_name(reserved)) return false;
  std::vector<Label> borrowed;
  for (const auto& [name, value] : labels) {
    if (!is_label_name(name) || name == reserved) return false;
    borrowed.push_back({name, value});
  }
  return label_sets_.insert(key_of(borrowed)).second;
}

std::vector<Label> ForeignFamily::keep(const ForeignLabels& labels) {
  std::vector<Label> kept;
  for (const auto& [name, value] : labels) {
    const std::string_view kept_name = texts_.emplace_back(name);
    kept.push_back({kept_name, texts_.emplace_back(value)});
  }
  return kept;
}

void ForeignFamily::add(std::vector<Label> labels, double created, const std::vector<double>& numbers,
                        std::uint32_t buckets) {
  family_.add(labels, created, buckets);
  points_.numbers.insert(points_.numbers.end(), numbers.begin(), numbers.end());
  points_.shown.push_back(1);
}

std::uint32_t ForeignFamily::number_of(Buckets buckets) {
  const auto known = std::ranges::find(family_.buckets, buckets);
  const auto number = known - family_.buckets.begin();
  if (known == family_.buckets.end()) family_.buckets.push_back(std::move(buckets));
  return static_cast<std::uint32_t>(number);
}

}  // namespace tacho::telemetry
