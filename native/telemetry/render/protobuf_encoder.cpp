#include "protobuf_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "../protobuf_fields.hpp"
#include "instant.hpp"
#include "protobuf_writer.hpp"

namespace tacho::telemetry {
namespace {

/// How the format shows a type: MetricType's number, its field of Metric, and that of the time of creation.
struct Shape {
  std::uint32_t type;
  std::uint32_t field;
  std::uint32_t created;
};

Shape shape_of(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return {0, metric_field::counter, 3};
    case FamilyType::summary:
      return {2, metric_field::summary, 4};
    case FamilyType::unknown:
      return {3, metric_field::untyped, 0};
    case FamilyType::histogram:
      return {4, metric_field::histogram, 15};
    default:
      return {1, metric_field::gauge, 0};
  }
}

/// Empty buckets between two spans cost a byte each, another span four or more.
constexpr std::size_t kLongestBridge = 2;

/// Cells may be damaged, and a conversion out of range is undefined.
std::uint64_t count_of(double number) {
  constexpr double kMost = 9.2e18;
  return number > 0 ? static_cast<std::uint64_t>(std::min(number, kMost)) : 0;
}

void write_timestamp(ProtobufWriter& out, std::uint32_t field, double seconds) {
  out.message(field, [&] {
    const double whole = std::floor(seconds);
    out.integer(timestamp_field::seconds, static_cast<std::uint64_t>(whole));
    out.integer(timestamp_field::nanoseconds, static_cast<std::uint64_t>((seconds - whole) * 1e9));
  });
}

void write_label(ProtobufWriter& out, std::uint32_t field, std::string_view name, std::string_view value) {
  out.message(field, [&] {
    out.bytes(label_field::name, name);
    out.bytes(label_field::value, value);
  });
}

void write_exemplar(ProtobufWriter& out, std::uint32_t field, const Exemplar& exemplar) {
  std::string trace;
  std::string span;
  append_trace_id(trace, exemplar);
  append_span_id(span, exemplar);
  out.message(field, [&] {
    write_label(out, exemplar_field::label, "trace_id", trace);
    write_label(out, exemplar_field::label, "span_id", span);
    out.number(exemplar_field::value, exemplar.value);
    write_timestamp(out, exemplar_field::timestamp, exemplar.time);
  });
}

void write_buckets(ProtobufWriter& out, const Buckets& buckets, const Point& point) {
  std::uint64_t count = 0;
  auto exemplar = point.exemplars.begin();
  for (std::size_t i = 0; i < buckets.count(); ++i) {
    count += count_of(point.numbers[i]);
    out.message(histogram_field::bucket, [&] {
      out.integer(bucket_field::cumulative_count, count);
      out.number(bucket_field::upper_bound, i < buckets.bounds.size() ? buckets.bounds[i] : INFINITY);
      if (exemplar == point.exemplars.end() || exemplar->bucket != i) return;
      write_exemplar(out, bucket_field::exemplar, (exemplar++)->exemplar);
    });
  }
}

void write_span(ProtobufWriter& out, std::int64_t offset, std::size_t length) {
  out.message(histogram_field::positive_span, [&] {
    out.signed_integer(span_field::offset, offset);
    out.integer(span_field::length, length);
  });
}

std::size_t next_used(std::span<const double> counts, std::size_t from) {
  while (from < counts.size() && count_of(counts[from]) == 0) ++from;
  return from;
}

/// Spans of buckets in use, each at a distance from the one before, and the differences from bucket to
/// bucket.
void write_spans(ProtobufWriter& out, std::span<const double> counts, std::int64_t first_index) {
  std::string deltas;
  ProtobufWriter delta_out(deltas);
  std::int64_t before = 0;
  std::size_t end = 0;  // of the span before
  std::int64_t origin = first_index;
  for (std::size_t first = next_used(counts, 0); first < counts.size();) {
    std::size_t next = first;
    const auto offset = origin + static_cast<std::int64_t>(first - end);
    do {
      for (end = next + 1; end < counts.size() && count_of(counts[end]) != 0;) ++end;
      next = next_used(counts, end);
    } while (next < counts.size() && next - end <= kLongestBridge);
    for (auto i = first; i < end; ++i) {
      const auto count = static_cast<std::int64_t>(count_of(counts[i]));
      delta_out.zigzag(count - before);
      before = count;
    }
    write_span(out, offset, end - first);
    origin = 0;
    first = next;
  }
  if (end == 0) write_span(out, 0, 0);  // Without a span it would pass for a classic histogram.
  if (!deltas.empty()) out.bytes(histogram_field::positive_delta, deltas);
}

void write_native_buckets(ProtobufWriter& out, const Buckets& buckets, const Point& point) {
  out.signed_integer(histogram_field::schema, buckets.schema);
  out.number(histogram_field::zero_threshold, buckets.bounds.front());
  out.integer(histogram_field::zero_count, count_of(point.numbers[0]));
  write_spans(out, {point.numbers + 1, buckets.bounds.size()}, buckets.first_index);
  for (const auto& exemplar : point.exemplars)
    write_exemplar(out, histogram_field::exemplars, exemplar.exemplar);
}

void write_histogram(ProtobufWriter& out, const Buckets& buckets, const Point& point) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < buckets.count(); ++i) count += count_of(point.numbers[i]);
  out.integer(histogram_field::count, count);
  out.number(histogram_field::sum, point.numbers[buckets.count()]);
  if (buckets.is_native)
    write_native_buckets(out, buckets, point);
  else
    write_buckets(out, buckets, point);
}

void write_summary(ProtobufWriter& out, const std::vector<double>& quantiles, const double* numbers) {
  out.integer(summary_field::count, count_of(numbers[quantiles.size() + 1]));
  out.number(summary_field::sum, numbers[quantiles.size()]);
  for (std::size_t i = 0; i < quantiles.size(); ++i)
    out.message(summary_field::quantile, [&] {
      out.number(quantile_field::quantile, quantiles[i]);
      out.number(quantile_field::value, numbers[i]);
    });
}

void write_numbers(ProtobufWriter& out, const Family& family, const Point& point) {
  if (family.type == FamilyType::histogram)
    return write_histogram(out, family.buckets_of(point.series), point);
  if (family.type == FamilyType::summary) return write_summary(out, family.quantiles, point.numbers);
  out.number(scalar_field::value, *point.numbers);
  if (family.type == FamilyType::counter && !point.exemplars.empty())
    write_exemplar(out, scalar_field::exemplar, point.exemplars.front().exemplar);
}

}  // namespace

void ProtobufEncoder::prepare_head(const Family& family, Prepared& prepared) const {
  ProtobufWriter out(prepared.head);
  out.bytes(family_field::name, family.name);
  out.bytes(family_field::help, family.help);
  out.integer(family_field::type, shape_of(family.type).type);
  if (!family.unit.empty()) out.bytes(family_field::unit, family.unit);
}

void ProtobufEncoder::prepare_series(const Family& family, std::size_t series, Prepared& prepared) const {
  ProtobufWriter labels(prepared.series.bytes);
  for (const auto& [name, value] : family.labels(series))
    write_label(labels, metric_field::label, name, value);
  prepared.series.finish();
  ProtobufWriter created(prepared.created.bytes);
  const auto field = shape_of(family.type).created;
  if (field != 0 && is_instant(family.created(series)))
    write_timestamp(created, field, family.created(series));
  prepared.created.finish();
}

void ProtobufEncoder::append(std::string& bytes, const Family& family, const Prepared& prepared,
                             const Points& points) const {
  if (std::ranges::find(points.shown, 1) == points.shown.end()) return;
  ProtobufWriter out(bytes);
  const auto field = shape_of(family.type).field;
  constexpr std::size_t kGuess = 3;  // of the length's bytes, for 16 KiB to 2 MiB: where moving costs most
  out.delimited(points.shown.size() > 100 ? kGuess : 2, [&] {
    bytes += prepared.head;
    for_each_shown(family, points, [&](const Point& point) {
      out.message(family_field::metric, [&] {
        bytes += prepared.series[point.series];
        out.message(field, [&] {
          write_numbers(out, family, point);
          bytes += prepared.created[point.series];
        });
      });
    });
  });
}

}  // namespace tacho::telemetry
