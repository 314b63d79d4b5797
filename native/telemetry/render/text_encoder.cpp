#include "text_encoder.hpp"

#include <cmath>
#include <utility>

#include "number_format.hpp"

namespace tacho::telemetry {
namespace {

/// What the format has no word for is a gauge.
const char* text_type_name(FamilyType type) {
  if (type == FamilyType::unknown) return "untyped";
  const bool is_gauge = type == FamilyType::info || type == FamilyType::stateset;
  return is_gauge ? "gauge" : type_name(type);
}

bool has_bounds(FamilyType type) { return type == FamilyType::histogram || type == FamilyType::summary; }

void append_value(std::string& out, double value) {
  append_number(out, value);
  out += '\n';
}

void append_sum_and_count(std::string& out, const Family& family, std::string_view labels, double sum,
                          double count) {
  out.append(family.name).append("_sum").append(labels);
  append_value(out, sum);
  out.append(family.name).append("_count").append(labels);
  append_value(out, count);
}

void append_histogram(std::string& out, const Family& family, const Prepared& prepared, const Point& point) {
  const auto& buckets = family.buckets_of(point.series);
  const auto& le = prepared.bounds[family.which_buckets(point.series)];
  const auto start = prepared.series[point.series];
  double count = 0;
  for_each_classic(buckets, [&](std::size_t line, std::size_t first, std::size_t last) {
    for (auto bucket = first; bucket <= last; ++bucket) count += point.numbers[bucket];
    out.append(start).append(le[line]);
    append_value(out, count);
  });
  append_sum_and_count(out, family, prepared.labels[point.series], point.numbers[buckets.count()], count);
}

void append_summary(std::string& out, const Family& family, const Prepared& prepared, const Point& point) {
  const auto quantiles = family.quantiles.size();
  for (std::size_t i = 0; i < quantiles; ++i) {
    out.append(prepared.series[point.series]).append(prepared.bounds.front()[i]);
    append_value(out, point.numbers[i]);
  }
  const double* const rest = point.numbers + quantiles;
  append_sum_and_count(out, family, prepared.labels[point.series], rest[0], rest[1]);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, bool quoted) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quoted && c == '"')) out += '\\';
      out += c;
    }
  }
}

void append_labels(std::string& out, std::span<const Label> labels) {
  const char* separator = "";
  for (const auto& [name, value] : labels) {
    out.append(std::exchange(separator, ",")).append(name).append("=\"");
    append_escaped(out, value, true);
    out += '"';
  }
}

void TextEncoder::prepare_head(const Family& family, Prepared& prepared) const {
  auto& head = prepared.head;
  head.append("# HELP ").append(family.name) += ' ';
  append_escaped(head, family.help, false);
  head.append("\n# TYPE ").append(family.name).append(" ").append(text_type_name(family.type)) += '\n';
  prepare_bounds(family, prepared, append_number);
}

void TextEncoder::prepare_series(const Family& family, std::size_t series, Prepared& prepared) const {
  prepare_lines(family.name, family, series, prepared);
}

void TextEncoder::prepare_bounds(const Family& family, Prepared& prepared,
                                 void (*append)(std::string&, double)) {
  const auto add = [&](const char* label, double bound) {
    auto& bounds = prepared.bounds.back();
    bounds.bytes += label;
    append(bounds.bytes, bound);
    bounds.add("\"} ");
  };
  for (const auto& buckets : family.buckets) {
    prepared.bounds.emplace_back();
    for (const auto i : buckets.classic) add("le=\"", buckets.bounds[i]);
    add("le=\"", INFINITY);
  }
  if (family.type != FamilyType::summary) return;
  prepared.bounds.emplace_back();
  for (const double quantile : family.quantiles) add("quantile=\"", quantile);
}

std::string TextEncoder::prepare_lines(const std::string& name, const Family& family, std::size_t series,
                                       Prepared& prepared) {
  std::string labels;
  append_labels(labels, family.labels(series));
  auto braced = labels.empty() ? " " : "{" + labels + "} ";
  auto& line = prepared.series.bytes;
  line += name;
  if (!has_bounds(family.type)) {
    prepared.series.add(braced);
    return braced;
  }
  if (family.type == FamilyType::histogram) line += "_bucket";
  line.append("{").append(labels);
  if (!labels.empty()) line += ',';
  prepared.series.finish();
  prepared.labels.add(braced);
  return braced;
}

void TextEncoder::append(std::string& out, const Family& family, const Prepared& prepared,
                         const Points& points) const {
  out += prepared.head;
  for_each_shown(family, points, [&](const Point& point) {
    if (family.type == FamilyType::histogram) return append_histogram(out, family, prepared, point);
    if (family.type == FamilyType::summary) return append_summary(out, family, prepared, point);
    out += prepared.series[point.series];
    append_value(out, *point.numbers);
  });
}

}  // namespace tacho::telemetry
