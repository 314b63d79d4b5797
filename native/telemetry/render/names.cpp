#include "names.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace tacho::telemetry {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name(std::string_view name, bool allow_colon) {
  const auto fits = [&](char c) { return is_letter(c) || (allow_colon && c == ':'); };
  return !name.empty() && fits(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return fits(c) || is_digit(c); });
}

std::vector<std::string> sample_names(const Family& family) {
  std::vector<std::string> names{family.name};
  const bool counts = family.type == FamilyType::histogram || family.type == FamilyType::summary;
  if (counts)
    for (const char* suffix : {"_sum", "_count", "_created"}) names.push_back(family.name + suffix);
  if (family.type == FamilyType::histogram) names.push_back(family.name + "_bucket");
  return names;
}

/// The ending that OpenMetrics puts to a family's name by its type.
std::string_view suffix_of(FamilyType type) {
  if (type == FamilyType::counter) return "_total";
  return type == FamilyType::info ? "_info" : "";
}

}  // namespace

bool is_metric_name(std::string_view name) { return is_name(name, true); }

bool is_label_name(std::string_view name) { return is_name(name, false) && !name.starts_with("__"); }

bool Names::has(const std::string& name) const {
  return samples_.contains(name) || (others_ != nullptr && others_->has(name));
}

bool Names::is_openmetrics_family(const std::string& name) const {
  return openmetrics_.contains(name) || (others_ != nullptr && others_->is_openmetrics_family(name));
}

bool Names::take(const Family& family) {
  auto names = sample_names(family);
  if (std::ranges::any_of(names, [&](const auto& name) { return has(name); })) return false;
  samples_.insert(names.begin(), names.end());
  return true;
}

bool Names::name_for_openmetrics(Family& family) {
  const auto suffix = suffix_of(family.type);
  const bool has_suffix = family.name.size() > suffix.size() && family.name.ends_with(suffix);
  family.openmetrics_name = family.name;
  family.openmetrics_type = family.type;
  if (!suffix.empty()) {
    const auto base = family.name.substr(0, family.name.size() - (has_suffix ? suffix.size() : 0));
    const auto free = [&](const std::string& name) { return !has(name) && !is_openmetrics_family(name); };
    if (has_suffix && free(base) && free(base + "_created")) {
      family.openmetrics_name = base;
      openmetrics_.insert({base, base + "_created"});
      return true;
    }
    family.openmetrics_type = family.type == FamilyType::info ? FamilyType::gauge : FamilyType::unknown;
  }
  const auto names = sample_names(family);
  return std::ranges::none_of(names, [&](const auto& name) { return is_openmetrics_family(name); });
}

}  // namespace tacho::telemetry
