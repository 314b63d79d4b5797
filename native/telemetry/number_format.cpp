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
/// Go's %g writes greater ones with an exponent.
constexpr double kLeastExponential = 1e6;
constexpr std::size_t kLongest = 32;

bool append_special(std::string& out, double value) {
  if (std::isfinite(value)) return false;
  out += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  return true;
}

}  // namespace

void append_number(std::string& out, double value) {
  if (append_special(out, value)) return;
  char digits[kLongest];
  char* const end = digits + sizeof digits;
  const double size = std::abs(value);
  std::to_chars_result written{};
  if (size <= kLargestExactInteger && value == std::trunc(value))
    written = std::to_chars(digits, end, static_cast<std::int64_t>(value));
  else if (size >= kLeastFixed && size < kLargestExactInteger)
    written = std::to_chars(digits, end, value, std::chars_format::fixed);
  else
    written = std::to_chars(digits, end, value);
  out.append(digits, written.ptr);
}

void append_canonical(std::string& out, double value) {
  if (append_special(out, value)) return;
  char digits[kLongest];
  char* const end = digits + sizeof digits;
  const double size = std::abs(value);
  const bool fixed = size == 0 || (size >= kLeastFixed && size < kLeastExponential);
  std::to_chars_result written{};
  if (fixed && value == std::trunc(value))
    written = std::to_chars(digits, end, static_cast<std::int32_t>(value));
  else
    written =
        std::to_chars(digits, end, value, fixed ? std::chars_format::fixed : std::chars_format::scientific);
  const std::string_view text(digits, static_cast<std::size_t>(written.ptr - digits));
  out += text;
  if (fixed && text.find('.') == text.npos) out += ".0";
}

}  // namespace tacho::telemetry
