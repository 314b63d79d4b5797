#pragma once

#include <optional>
#include <string>
#include <utility>
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
};

struct ViewSpec {
  std::string name;
  FamilyType type;
  std::string help;
  std::string unit;
  std::vector<ViewSource> from;
  std::optional<std::vector<double>> bounds;  ///< Without: all of the metric's.
};

/// Throws SegmentError for what no segment could make right.
void check_view(const ViewSpec& view);

/// Throws a SegmentError that names the view, its field, and what was expected.
[[noreturn]] void refuse_view(const ViewSpec& view, const std::string& field, const std::string& expected,
                              const std::string& received);

}  // namespace tacho::telemetry
