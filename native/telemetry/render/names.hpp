#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "family.hpp"

namespace tacho::telemetry {

bool is_metric_name(std::string_view name);
bool is_label_name(std::string_view name);

/// The names that a scrape's families and samples have, none of which may come twice. Not thread-safe.
class Names {
 public:
  /// `others`, which is borrowed, holds more names that are taken.
  explicit Names(const Names* others = nullptr) : others_(others) {}

  /// Takes the names of the family's samples; false, and takes none, when one of them is taken.
  bool take(const Family& family);

  /// Finds what the family is called in OpenMetrics, where a counter foo_total makes a family foo with a
  /// sample foo_created: when one of those is taken, or the name lacks the ending that OpenMetrics asks for,
  /// it keeps its name at the price of its type. Its own names and those of all that matter more must be
  /// taken before. False when another family has its very name there.
  bool name_for_openmetrics(Family& family);

 private:
  bool has(const std::string& name) const;
  bool is_openmetrics_family(const std::string& name) const;

  const Names* others_;
  std::unordered_set<std::string> samples_;
  std::unordered_set<std::string> openmetrics_;
};

}  // namespace tacho::telemetry
