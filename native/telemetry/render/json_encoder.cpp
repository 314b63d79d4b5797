#include "json_encoder.hpp"

#include <cmath>
#include <cstdio>
#include <utility>

#include "instant.hpp"
#include "number_format.hpp"

namespace tacho::telemetry {
namespace {

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

void append_value(std::string& out, double value) {
  const char* quote = std::isfinite(value) ? "" : "\"";
  out += quote;
  append_number(out, value);
  out += quote;
}

/// Puts a comma before every element but the first.
class Elements {
 public:
  explicit Elements(std::string& out) : out_(out) {}
  std::string& next() {
    out_ += std::exchange(separator_, ",");
    return out_;
  }

 private:
  std::string& out_;
  const char* separator_ = "";
};

void append_exemplar(std::string& out, const Exemplar& exemplar) {
  out += R"({"traceId":")";
  append_trace_id(out, exemplar);
  out += R"(","spanId":")";
  append_span_id(out, exemplar);
  out += R"(","value":)";
  append_value(out, exemplar.value);
  out += R"(,"timestamp":)";
  append_value(out, exemplar.time);
  out += '}';
}

void append_buckets(std::string& out, const Buckets& buckets, const double* numbers) {
  double count = 0;
  Elements elements(out);
  out += R"(,"buckets":[)";
  for_each_classic(buckets, [&](std::size_t bucket, std::size_t first, std::size_t last) {
    for (auto i = first; i <= last; ++i) count += numbers[i];
    elements.next() += R"({"le":)";
    append_value(out, bucket < buckets.classic.size() ? buckets.bounds[last] : INFINITY);
    out += R"(,"count":)";
    append_value(out, count);
    out += '}';
  });
  out += ']';
}

void append_native(std::string& out, const Buckets& buckets, const double* numbers) {
  const auto field = [&](const char* name, double value) {
    out += name;
    append_value(out, value);
  };
  field(R"(,"native":{"schema":)", buckets.schema);
  field(R"(,"zeroThreshold":)", buckets.bounds.front());
  field(R"(,"zeroCount":)", numbers[0]);
  std::size_t first = 1;
  std::size_t end = buckets.count();
  while (end > first && numbers[end - 1] == 0) --end;
  while (first < end && numbers[first] == 0) ++first;
  field(R"(,"offset":)", buckets.first_index + static_cast<double>(first - 1));
  out += R"(,"counts":[)";
  for (Elements elements(out); first < end; ++first) append_value(elements.next(), numbers[first]);
  out += "]}";
}

void append_histogram(std::string& out, const Buckets& buckets, const Point& point) {
  const auto* const numbers = point.numbers;
  double count = 0;
  for (std::size_t i = 0; i < buckets.count(); ++i) count += numbers[i];
  out += R"(,"count":)";
  append_value(out, count);
  out += R"(,"sum":)";
  append_value(out, numbers[buckets.count()]);
  append_buckets(out, buckets, numbers);
  if (buckets.is_native) append_native(out, buckets, numbers);
  if (point.exemplars.empty()) return;
  out += R"(,"exemplars":[)";
  Elements elements(out);
  for (const auto& exemplar : point.exemplars) append_exemplar(elements.next(), exemplar.exemplar);
  out += ']';
}

void append_summary(std::string& out, const std::vector<double>& quantiles, const double* numbers) {
  out += R"(,"count":)";
  append_value(out, numbers[quantiles.size() + 1]);
  out += R"(,"sum":)";
  append_value(out, numbers[quantiles.size()]);
  out += R"(,"quantiles":[)";
  Elements elements(out);
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    elements.next() += R"({"quantile":)";
    append_value(out, quantiles[i]);
    out += R"(,"value":)";
    append_value(out, numbers[i]);
    out += '}';
  }
  out += ']';
}

void append_states(std::string& out, const std::vector<std::string>& states, const double* numbers) {
  out += R"(,"states":{)";
  Elements elements(out);
  for (std::size_t i = 0; i < states.size(); ++i) {
    append_string(elements.next(), states[i]);
    out += numbers[i] != 0 ? ":true" : ":false";
  }
  out += '}';
}

void append_numbers(std::string& out, const Family& family, const Point& point) {
  switch (family.type) {
    case FamilyType::histogram:
      return append_histogram(out, family.buckets_of(point.series), point);
    case FamilyType::summary:
      return append_summary(out, family.quantiles, point.numbers);
    case FamilyType::stateset:
      return append_states(out, family.states, point.numbers);
    default:
      break;
  }
  out += R"(,"value":)";
  append_value(out, *point.numbers);
  if (point.exemplars.empty()) return;
  out += R"(,"exemplar":)";
  append_exemplar(out, point.exemplars.front().exemplar);
}

}  // namespace

void JsonEncoder::prepare_head(const Family& family, Prepared& prepared) const {
  const auto field = [&](const char* name, std::string_view text) {
    prepared.head += name;
    append_string(prepared.head, text);
  };
  field(R"({"name":)", family.name);
  field(R"(,"type":)", type_name(family.type));
  field(R"(,"help":)", family.help);
  field(R"(,"unit":)", family.unit);
  prepared.head += R"(,"series":[)";
}

void JsonEncoder::prepare_series(const Family& family, std::size_t series, Prepared& prepared) const {
  auto labels = family.labels(series);
  if (family.type == FamilyType::stateset) labels = labels.first(labels.size() - 1);
  auto& out = prepared.series.bytes;
  out += R"({"labels":{)";
  Elements elements(out);
  for (const auto& [name, value] : labels) {
    append_string(elements.next(), name);
    out += ':';
    append_string(out, value);
  }
  out += '}';
  const double created = family.created(series);
  const bool has_created = family.type == FamilyType::counter || family.type == FamilyType::histogram;
  if (has_created && is_instant(created)) {
    out += R"(,"created":)";
    append_number(out, created);
  }
  prepared.series.finish();
}

void JsonEncoder::append(std::string& out, const Family& family, const Prepared& prepared,
                         const Points& points) const {
  if (out.back() != '[') out += ',';
  out += prepared.head;
  Elements elements(out);
  for_each_shown(family, points, [&](const Point& point) {
    const bool is_stateset = family.type == FamilyType::stateset;
    if (is_stateset && point.series % family.states.size() != 0) return;
    elements.next() += prepared.series[point.series];
    append_numbers(out, family, point);
    out += '}';
  });
  out += "]}";
}

}  // namespace tacho::telemetry
