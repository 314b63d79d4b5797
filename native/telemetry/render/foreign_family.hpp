#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "family.hpp"

namespace tacho::telemetry {

/// See HistogramSeries in src/telemetry/reading/snapshot.ts for this and the next.
struct ForeignNative {
  std::int32_t schema;
  double zero_threshold;
  double zero_count;
  std::int32_t offset;
  std::vector<double> counts;
};

struct ForeignHistogram {
  double count;
  double sum;
  std::vector<std::pair<double, double>> buckets;  ///< Bound and cumulative count, increasing.
  std::optional<ForeignNative> native;
};

using ForeignLabels = std::vector<std::pair<std::string, std::string>>;

/// A family from elsewhere, with its numbers. A series that no format could carry, because of a malformed
/// label name or a label set that the family has already, is left out: then the functions that add one return
/// false.
class ForeignFamily {
 public:
  ForeignFamily(FamilyType type, std::string name, std::string help, std::string unit);
  /// A copy would borrow the texts of its original. A vector that grows copies wherever it may, unless told
  /// so.
  ForeignFamily(const ForeignFamily&) = delete;
  ForeignFamily(ForeignFamily&&) = default;

  /// Of a state set and a summary; to be told before their series.
  void set_states(std::vector<std::string> states) { family_.states = std::move(states); }
  void set_quantiles(std::vector<double> quantiles) { family_.quantiles = std::move(quantiles); }

  /// `created` in Unix seconds, 0 when not known; so for the next.
  bool add_scalar(const ForeignLabels& labels, double created, double value);
  bool add_histogram(const ForeignLabels& labels, double created, const ForeignHistogram& histogram);
  /// `values`: one a quantile, then sum and count.
  bool add_summary(const ForeignLabels& labels, double created, const std::vector<double>& values);
  /// `values`: one a state.
  bool add_states(const ForeignLabels& labels, const std::vector<double>& values);
  /// To the series added last.
  void add_exemplar(const Exemplar& exemplar);

  Family& family() { return family_; }
  const Points& points() const { return points_; }

 private:
  bool is_new(const ForeignLabels& labels);
  std::vector<Label> keep(const ForeignLabels& labels);
  void add(std::vector<Label> labels, double created, const std::vector<double>& numbers,
           std::uint32_t buckets = 0);
  std::uint32_t number_of(Buckets buckets);

  Family family_;
  Points points_;
  std::deque<std::string> texts_;  ///< What the labels borrow; stays where it is when this is moved.
  std::unordered_set<std::string> label_sets_;
};

}  // namespace tacho::telemetry
