#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exemplar.hpp"

namespace tacho::telemetry {

/// The types that formats know.
enum class FamilyType { counter, gauge, histogram, info, stateset, summary, unknown };

/// As OpenMetrics and snapshots have it.
const char* type_name(FamilyType type);

struct Label {
  std::string_view name;
  std::string_view value;
};

/// The same for label sets that Prometheus takes for the same, and for no others.
std::string key_of(std::span<const Label> labels);

/// A histogram's buckets: one a bound, and one for what lies above them all.
struct Buckets {
  std::vector<double> bounds;  ///< Inclusive upper bounds, increasing.
  /// Which bounds the formats that know no native histogram show.
  std::vector<std::uint32_t> classic;
  bool is_native = false;
  /// The following of a native histogram. Its first bucket holds what is no greater than the zero threshold.
  std::int32_t schema = 0;
  std::int32_t first_index = 0;  ///< Prometheus' index of the second bucket.

  bool operator==(const Buckets&) const = default;
  std::size_t count() const { return bounds.size() + 1; }
  /// The bucket that holds `value`.
  std::uint32_t find(double value) const;
};

Buckets classic_buckets(std::vector<double> bounds);
/// As a classic histogram it keeps the first bound and the powers of two: they are exact, whatever the
/// schema.
Buckets native_buckets(std::vector<double> bounds, std::int32_t schema, std::int32_t first_index);

/// Calls `use` for each bucket of the classic form: its number, and the first and last of those it unites.
template <typename F>
void for_each_classic(const Buckets& buckets, F&& use) {
  std::size_t first = 0;
  for (std::size_t i = 0; i <= buckets.classic.size(); ++i) {
    const std::size_t last = i < buckets.classic.size() ? buckets.classic[i] : buckets.bounds.size();
    use(i, first, last);
    first = last + 1;
  }
}

/// What is shown under one name, without its numbers. Label texts are borrowed.
class Family {
 public:
  FamilyType type = FamilyType::unknown;
  std::string name;  ///< A counter's with _total, if it has it; so for an info's _info.
  std::string help;
  std::string unit;
  /// Of a state set: each has its own series, with a last label of the family's name; they follow each other.
  std::vector<std::string> states;
  std::vector<double> quantiles;  ///< Of a summary.
  std::vector<Buckets> buckets;   ///< Of a histogram; series mostly share one.
  /// OpenMetrics names families without _total and _info, which may collide with others: see names.hpp.
  std::string openmetrics_name;
  FamilyType openmetrics_type = FamilyType::unknown;

  /// `created` in Unix seconds, 0 when not known; `of_buckets` is an index into `buckets`.
  void add(std::span<const Label> labels, double created, std::uint32_t of_buckets = 0);

  std::size_t size() const { return series_.size(); }
  std::span<const Label> labels(std::size_t series) const;
  double created(std::size_t series) const { return series_[series].created; }
  std::uint32_t which_buckets(std::size_t series) const { return series_[series].buckets; }
  const Buckets& buckets_of(std::size_t series) const { return buckets[series_[series].buckets]; }
  /// Numbers of a series in Points.
  std::size_t width(std::size_t series) const;

 private:
  struct Series {
    std::size_t labels_end;
    double created;
    std::uint32_t buckets;
  };

  std::vector<Label> labels_;
  std::vector<Series> series_;
};

struct SeriesExemplar {
  std::size_t series;
  std::uint32_t bucket;  ///< 0 for a counter.
  Exemplar exemplar;
};

/// A family's numbers at one moment.
struct Points {
  /// Series after series. A histogram's: one a bucket, not cumulative, then the sum; a summary's: one a
  /// quantile, then sum and count; else one.
  std::vector<double> numbers;
  std::vector<char> shown;                ///< Of each series.
  std::vector<SeriesExemplar> exemplars;  ///< In the order of series, then buckets; one for each at most.

  void clear();
  /// Keeps the newest of each bucket. `found` must be of the last series that has any, or of a later one.
  void keep_newest(const SeriesExemplar& found);
};

/// One series of them.
struct Point {
  std::size_t series;
  const double* numbers;
  std::span<const SeriesExemplar> exemplars;
};

/// Calls `use` with the Point of each series that is shown.
template <typename F>
void for_each_shown(const Family& family, const Points& points, F&& use) {
  const double* numbers = points.numbers.data();
  auto exemplar = points.exemplars.begin();
  for (std::size_t series = 0; series < points.shown.size(); ++series) {
    const auto first = exemplar;
    while (exemplar != points.exemplars.end() && exemplar->series == series) ++exemplar;
    if (points.shown[series]) use(Point{series, numbers, {first, exemplar}});
    numbers += family.width(series);
  }
}

}  // namespace tacho::telemetry
