#include "text_encoder.hpp"

#include <cmath>
#include <utility>

#include "number_format.hpp"

namespace tacho::telemetry {
namespace {

const char* type_name(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return "counter";
    case FamilyType::histogram:
      return "histogram";
    case FamilyType::summary:
      return "summary";
    case FamilyType::unknown:
      return "untyped";
    default:
      return "gauge";
  }
}

bool has_bounds(FamilyType type) { return type == FamilyType::histogram || type == FamilyType::summary; }

void append_bound(Fragments& bounds, const char* label, double bound) {
  bounds.bytes.append(label).append("=\"");
  append_number(bounds.bytes, bound);
  bounds.bytes += "\"} ";
  bounds.finish();
}

void append_value(std::string& out, double value) {
  append_number(out, value);
  out += '\n';
}

void append_histogram(std::string& out, const Family& family, const Prepared& prepared, const Point& point) {
  const auto [series, numbers, exemplars] = point;
  const auto& buckets = family.buckets_of(series);
  const auto& le = prepared.bounds[family.which_buckets(series)];
  const auto start = prepared.series[series];
  double count = 0;
  std::size_t bucket = 0;
  const auto append_bucket = [&](std::size_t last, std::size_t line) {
    for (; bucket <= last; ++bucket) count += numbers[bucket];
    out.append(start).append(le[line]);
    append_value(out, count);
  };
  for (std::size_t i = 0; i < buckets.classic.size(); ++i) append_bucket(buckets.classic[i], i);
  append_bucket(buckets.bounds.size(), buckets.classic.size());
  const auto labels = prepared.labels[series];
  out.append(family.name).append("_sum").append(labels);
  append_value(out, numbers[buckets.count()]);
  out.append(family.name).append("_count").append(labels);
  append_value(out, count);
}

void append_summary(std::string& out, const Family& family, const Prepared& prepared, const Point& point) {
  const auto [series, numbers, exemplars] = point;
  const auto quantiles = family.quantiles.size();
  for (std::size_t i = 0; i < quantiles; ++i) {
    out.append(prepared.series[series]).append(prepared.bounds.front()[i]);
    append_value(out, numbers[i]);
  }
  const auto labels = prepared.labels[series];
  out.append(family.name).append("_sum").append(labels);
  append_value(out, numbers[quantiles]);
  out.append(family.name).append("_count").append(labels);
  append_value(out, numbers[quantiles + 1]);
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
  head.append("\n# TYPE ").append(family.name).append(" ").append(type_name(family.type)) += '\n';
  for (const auto& buckets : family.buckets) {
    auto& bounds = prepared.bounds.emplace_back();
    for (const auto i : buckets.classic) append_bound(bounds, "le", buckets.bounds[i]);
    append_bound(bounds, "le", INFINITY);
  }
  if (family.type != FamilyType::summary) return;
  auto& bounds = prepared.bounds.emplace_back();
  for (const double quantile : family.quantiles) append_bound(bounds, "quantile", quantile);
}

void TextEncoder::prepare_series(const Family& family, std::size_t series, Prepared& prepared) const {
  std::string labels;
  append_labels(labels, family.labels(series));
  const auto braced = labels.empty() ? " " : "{" + labels + "} ";
  auto& line = prepared.series.bytes;
  line += family.name;
  if (!has_bounds(family.type)) return prepared.series.add(braced);
  if (family.type == FamilyType::histogram) line += "_bucket";
  line.append("{").append(labels);
  if (!labels.empty()) line += ',';
  prepared.series.finish();
  prepared.labels.add(braced);
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
