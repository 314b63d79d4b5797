#pragma once

#include <string>

namespace tacho::telemetry {

/// Integers to 2^53 in full, other numbers in the fewest digits that read back the same; +Inf, -Inf, NaN.
void append_number(std::string& out, double value);

/// So that it is told from an integer: "1.0".
void append_float(std::string& out, double value);

/// OpenMetrics' canonical form, which is Go's %g with ".0" where that has neither point nor exponent.
void append_canonical(std::string& out, double value);

}  // namespace tacho::telemetry
