#include "number_format.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace tacho::telemetry {
namespace {

constexpr double kLargestExactInteger = 9007199254740992;  // 2^53
/// Smaller numbers get an exponent, as in Go; to_chars alone would write 0.0005 as 5e-04, which no query
/// does.
constexpr double kLeastFixed = 1e-4;
/// Faster than asking std::trunc, which is a call where the processor's level is not known.
bool is_exact_integer(double value) {
  return value >= -kLargestExactInteger && value <= kLargestExactInteger &&
         static_cast<double>(static_cast<std::int64_t>(value)) == value;
}

/// Go's %g writes greater ones with an exponent.
constexpr double kLeastExponential = 1e6;
constexpr std::size_t kLongest = 32;

std::string_view special(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

}  // namespace

void append_number(std::string& out, double value) {
  char digits[kLongest];
  char* const end = digits + sizeof digits;
  const double size = std::abs(value);
  std::to_chars_result written{};
  if (is_exact_integer(value)) {
    written = std::to_chars(digits, end, static_cast<std::int64_t>(value));
  } else if (!std::isfinite(value)) {
    out += special(value);
    return;
  } else if (size >= kLeastFixed && size < kLargestExactInteger) {
    written = std::to_chars(digits, end, value, std::chars_format::fixed);
  } else {
    written = std::to_chars(digits, end, value);
  }
  out.append(digits, written.ptr);
}

void append_float(std::string& out, double value) {
  append_number(out, value);
  if (is_exact_integer(value)) out += ".0";
}

void append_canonical(std::string& out, double value) {
  const double size = std::abs(value);
  const bool is_fixed = size == 0 || (size >= kLeastFixed && size < kLeastExponential);
  if (is_fixed || !std::isfinite(value)) return append_float(out, value);
  char digits[kLongest];
  const auto written = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific);
  out.append(digits, written.ptr);
}

}  // namespace tacho::telemetry
