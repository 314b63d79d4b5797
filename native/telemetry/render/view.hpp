#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "family.hpp"

namespace tacho::telemetry {

/// The number that a view shows of a metric.
enum class Take { value, sum, count };

struct ViewLabel {
  std::string name;
  std::optional<std::string> from;  ///< The metric's label; without one, `value` is every series'.
  std::string value;
};

struct ViewCondition {
  std::string label;
  std::vector<std::string> values;
};

/// See src/telemetry/reading/views.ts for this and the next.
struct ViewSource {
  std::string metric;
  Take take = Take::value;
  double scale = 1;
  std::vector<ViewCondition> where;
  std::optional<std::vector<ViewLabel>> labels;  ///< Without: all of the metric's.
  std::optional<double> at_most;
};

struct ViewSpec {
  std::string name;
  FamilyType type;
  std::string help;
  std::string unit;
  std::vector<ViewSource> from;
  std::optional<std::vector<double>> bounds;  ///< Without: all of the metric's.
};

using ViewFactor = std::vector<ViewSource>;

struct ViewProduct {
  std::vector<ViewFactor> times;
  std::vector<ViewFactor> per;
  bool per_second = false;
  double scale = 1;
};

struct ViewQuantile {
  double quantile;
  ViewFactor of;
};

struct DerivedViewSpec {
  std::string name;
  std::string help;
  std::string unit;
  double over = 0;
  std::variant<ViewProduct, ViewQuantile> derive;
  std::vector<DerivedViewSpec> more;  ///< Of the same name, and without more of their own.
};

using AnyViewSpec = std::variant<ViewSpec, DerivedViewSpec>;

/// Seconds that a window may have at most.
inline constexpr double kLongestWindow = 3600;

/// Throws SegmentError for what no segment could make right.
void check_view(const ViewSpec& view);
/// The same, less what is wrong with the factors' sources.
void check_view(const DerivedViewSpec& view);

const std::string& name_of(const AnyViewSpec& view);

/// Throws a SegmentError that names the view, its field, and what was expected.
[[noreturn]] void refuse_view(const std::string& view, const std::string& field, const std::string& expected,
                              const std::string& received);

}  // namespace tacho::telemetry
