#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tacho::telemetry {

/// Points from a metric to one of the events behind it. The ids are the bytes of W3C Trace Context's.
struct Exemplar {
  double value;
  double time;  ///< Unix seconds.
  std::array<std::uint64_t, 2> trace;
  std::uint64_t span;
};

/// Reads a slot (see metric_spec.hpp) that its writer may be at work on: nothing where it was never written,
/// is being written, or was written meanwhile.
std::optional<Exemplar> read_exemplar(double* slot);

/// 32 and 16 hexadecimal digits.
void append_trace_id(std::string& out, const Exemplar& exemplar);
void append_span_id(std::string& out, const Exemplar& exemplar);

/// The reverse; nothing for malformed ids and those that are all zero.
std::optional<Exemplar> make_exemplar(std::string_view trace_id, std::string_view span_id, double value,
                                      double time);

}  // namespace tacho::telemetry
