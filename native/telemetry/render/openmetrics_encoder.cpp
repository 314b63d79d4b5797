#include "openmetrics_encoder.hpp"

#include <cmath>

#include "instant.hpp"
#include "number_format.hpp"

namespace tacho::telemetry {
namespace {

void append_exemplar(std::string& out, const Exemplar& exemplar) {
  out += " # {trace_id=\"";
  append_trace_id(out, exemplar);
  out += "\",span_id=\"";
  append_span_id(out, exemplar);
  out += "\"} ";
  append_float(out, exemplar.value);
  out += ' ';
  append_number(out, exemplar.time);
}

/// The newest of those in buckets up to `last`, which are taken off the front.
const Exemplar* take_newest(std::span<const SeriesExemplar>& exemplars, std::size_t last) {
  const Exemplar* newest = nullptr;
  for (; !exemplars.empty() && exemplars.front().bucket <= last; exemplars = exemplars.subspan(1))
    if (newest == nullptr || exemplars.front().exemplar.time > newest->time)
      newest = &exemplars.front().exemplar;
  return newest;
}

struct Series {
  const Family& family;
  const Prepared& prepared;
  const Point& point;
};

void append_sum_and_count(std::string& out, const Series& series, double sum, double count) {
  const auto& name = series.family.openmetrics_name;
  const auto labels = series.prepared.labels[series.point.series];
  out.append(name).append("_sum").append(labels);
  append_float(out, sum);
  out.append("\n").append(name).append("_count").append(labels);
  append_number(out, count);
  out += '\n';
}

void append_histogram(std::string& out, const Series& series) {
  const auto& point = series.point;
  const auto& buckets = series.family.buckets_of(point.series);
  const auto& le = series.prepared.bounds[series.family.which_buckets(point.series)];
  const auto start = series.prepared.series[point.series];
  auto exemplars = point.exemplars;
  double count = 0;
  for_each_classic(buckets, [&](std::size_t line, std::size_t first, std::size_t last) {
    for (auto bucket = first; bucket <= last; ++bucket) count += point.numbers[bucket];
    out.append(start).append(le[line]);
    append_number(out, count);
    if (const auto* const newest = take_newest(exemplars, last)) append_exemplar(out, *newest);
    out += '\n';
  });
  // A sum that may fall is none for OpenMetrics, and without one there is no count.
  const double sum = point.numbers[buckets.count()];
  const bool is_monotonic = buckets.bounds.empty() || buckets.bounds.front() >= 0;
  if (is_monotonic && sum >= 0) append_sum_and_count(out, series, sum, count);
}

void append_summary(std::string& out, const Series& series) {
  const auto& [family, prepared, point] = series;
  const auto quantiles = family.quantiles.size();
  for (std::size_t i = 0; i < quantiles; ++i) {
    if (point.numbers[i] < 0) continue;
    out.append(prepared.series[point.series]).append(prepared.bounds.front()[i]);
    append_float(out, point.numbers[i]);
    out += '\n';
  }
  const double sum = point.numbers[quantiles];
  const double count = point.numbers[quantiles + 1];
  if (sum >= 0 && count >= 0) append_sum_and_count(out, series, sum, count);
}

void append_scalar(std::string& out, const Series& series) {
  const auto& [family, prepared, point] = series;
  out += prepared.series[point.series];
  append_float(out, *point.numbers);
  if (family.openmetrics_type == FamilyType::counter && !point.exemplars.empty())
    append_exemplar(out, point.exemplars.front().exemplar);
  out += '\n';
}

/// Whether OpenMetrics allows the number for the type: one that it does not may come from elsewhere, or from
/// a view that makes a counter of a gauge.
bool is_allowed(FamilyType type, double number) {
  if (type == FamilyType::counter) return number >= 0;
  return type != FamilyType::info || number == 1;
}

const char* suffix_of(FamilyType type) {
  if (type == FamilyType::counter) return "_total";
  return type == FamilyType::info ? "_info" : "";
}

/// OpenMetrics demands that the name end in the unit.
bool has_unit(const Family& family) {
  const auto type = family.openmetrics_type;
  return !family.unit.empty() && type != FamilyType::info && type != FamilyType::stateset &&
         family.openmetrics_name.ends_with("_" + family.unit);
}

}  // namespace

void OpenMetricsEncoder::prepare_head(const Family& family, Prepared& prepared) const {
  const auto& name = family.openmetrics_name;
  auto& head = prepared.head;
  head.append("# TYPE ").append(name).append(" ").append(type_name(family.openmetrics_type)) += '\n';
  if (has_unit(family)) head.append("# UNIT ").append(name).append(" ").append(family.unit) += '\n';
  head.append("# HELP ").append(name) += ' ';
  append_escaped(head, family.help, true);
  head += '\n';
  prepare_bounds(family, prepared, append_canonical);
}

void OpenMetricsEncoder::prepare_series(const Family& family, std::size_t series, Prepared& prepared) const {
  const auto& name = family.openmetrics_name;
  const auto labels = prepare_lines(name + suffix_of(family.openmetrics_type), family, series, prepared);
  const auto type = family.openmetrics_type;
  const bool has_created =
      type == FamilyType::counter || type == FamilyType::histogram || type == FamilyType::summary;
  if (has_created && is_instant(family.created(series))) {
    auto& line = prepared.created.bytes;
    line.append(name).append("_created").append(labels);
    append_number(line, family.created(series));
    line += '\n';
  }
  prepared.created.finish();
}

void OpenMetricsEncoder::append(std::string& out, const Family& family, const Prepared& prepared,
                                const Points& points) const {
  out += prepared.head;
  for_each_shown(family, points, [&](const Point& point) {
    const Series series{family, prepared, point};
    if (!is_allowed(family.openmetrics_type, *point.numbers)) return;
    if (family.type == FamilyType::histogram)
      append_histogram(out, series);
    else if (family.type == FamilyType::summary)
      append_summary(out, series);
    else
      append_scalar(out, series);
    out += prepared.created[point.series];
  });
}

}  // namespace tacho::telemetry
