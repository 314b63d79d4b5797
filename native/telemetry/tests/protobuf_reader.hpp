#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

#include "../../testing/check.hpp"
#include "../render/number_format.hpp"

namespace tacho::telemetry::tests {

/// Prints MetricFamily messages as protoc's text format does, on one line each. Refuses whatever the schema
/// does not have.
class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view bytes) : rest_(bytes) {}

  std::string print() {
    std::string out;
    while (!rest_.empty()) {
      print_message("MetricFamily", take(varint()), out);
      out += '\n';
    }
    return out;
  }

 private:
  /// A message's field: its name, and its type: of scalars u(int), s(int), d(ouble), t(ext), p(acked sints).
  struct Field {
    const char* name;
    const char* type;
  };

  static const Field& field_of(const std::string& message, std::uint64_t number) {
    static const std::map<std::string, std::map<std::uint64_t, Field>> kSchema = {
        {"MetricFamily",
         {{1, {"name", "t"}},
          {2, {"help", "t"}},
          {3, {"type", "u"}},
          {4, {"metric", "Metric"}},
          {5, {"unit", "t"}}}},
        {"Metric",
         {{1, {"label", "Label"}},
          {2, {"gauge", "Value"}},
          {3, {"counter", "Value"}},
          {4, {"summary", "Summary"}},
          {5, {"untyped", "Value"}},
          {7, {"histogram", "Histogram"}}}},
        {"Label", {{1, {"name", "t"}}, {2, {"value", "t"}}}},
        {"Value", {{1, {"value", "d"}}, {2, {"exemplar", "Exemplar"}}, {3, {"created", "Timestamp"}}}},
        {"Summary",
         {{1, {"count", "u"}},
          {2, {"sum", "d"}},
          {3, {"quantile", "Quantile"}},
          {4, {"created", "Timestamp"}}}},
        {"Quantile", {{1, {"quantile", "d"}}, {2, {"value", "d"}}}},
        {"Histogram",
         {{1, {"count", "u"}},
          {2, {"sum", "d"}},
          {3, {"bucket", "Bucket"}},
          {5, {"schema", "s"}},
          {6, {"zero_threshold", "d"}},
          {7, {"zero_count", "u"}},
          {12, {"span", "Span"}},
          {13, {"delta", "p"}},
          {15, {"created", "Timestamp"}},
          {16, {"exemplar", "Exemplar"}}}},
        {"Bucket", {{1, {"cumulative", "u"}}, {2, {"bound", "d"}}, {3, {"exemplar", "Exemplar"}}}},
        {"Span", {{1, {"offset", "s"}}, {2, {"length", "u"}}}},
        {"Exemplar", {{1, {"label", "Label"}}, {2, {"value", "d"}}, {3, {"time", "Timestamp"}}}},
        {"Timestamp", {{1, {"seconds", "u"}}, {2, {"nanos", "u"}}}},
    };
    return kSchema.at(message).at(number);
  }

  static void print_message(const std::string& message, std::string_view bytes, std::string& out) {
    ProtobufReader reader(bytes);
    const char* separator = "";
    while (!reader.rest_.empty()) {
      const auto tag = reader.varint();
      const auto& [name, type] = field_of(message, tag >> 3);
      out.append(separator).append(name) += ' ';
      separator = " ";
      reader.print_field(type, tag & 7, out);
    }
  }

  void print_field(const std::string& type, std::uint64_t wire, std::string& out) {
    if (type == "u" || type == "s") {
      CHECK_EQUAL(wire, 0U);
      const auto value = varint();
      out += type == "u" ? std::to_string(value) : std::to_string(unzigzag(value));
    } else if (type == "d") {
      CHECK_EQUAL(wire, 1U);
      double value;
      std::memcpy(&value, take(sizeof value).data(), sizeof value);
      append_number(out, value);
    } else {
      CHECK_EQUAL(wire, 2U);
      const auto bytes = take(varint());
      if (type == "p")
        print_packed(bytes, out);
      else if (type == "t")
        out.append("'").append(bytes) += '\'';
      else
        print_message(type, bytes, out += '{'), out += '}';
    }
  }

  static void print_packed(std::string_view bytes, std::string& out) {
    ProtobufReader reader(bytes);
    const char* separator = "[";
    while (!reader.rest_.empty()) {
      out += separator + std::to_string(unzigzag(reader.varint()));
      separator = " ";
    }
    out += ']';
  }

  static std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  std::string_view take(std::size_t count) {
    CHECK(count <= rest_.size());
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
};

}  // namespace tacho::telemetry::tests
