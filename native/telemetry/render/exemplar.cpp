#include "exemplar.hpp"

#include <atomic>
#include <charconv>
#include <cmath>
#include <cstring>

#include "../metric_spec.hpp"
#include "instant.hpp"

namespace tacho::telemetry {
namespace {

constexpr auto kAcquire = std::memory_order_acquire;

/// JavaScript's Atomics know 32 bits; the upper half of the cell stays 0.
std::atomic_ref<std::uint32_t> sequence_of(double* slot) {
  return std::atomic_ref(*reinterpret_cast<std::uint32_t*>(slot));
}

void append_hex(std::string& out, const void* bytes, std::size_t count) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto* byte = static_cast<const unsigned char*>(bytes);
  for (std::size_t i = 0; i < count; ++i) {
    out += kDigits[byte[i] >> 4];
    out += kDigits[byte[i] & 15];
  }
}

bool parse_hex(std::string_view text, void* bytes, std::size_t count) {
  if (text.size() != 2 * count) return false;
  auto* byte = static_cast<unsigned char*>(bytes);
  for (const char* at = text.data(); count > 0; --count, at += 2)
    if (std::from_chars(at, at + 2, *byte++, 16).ptr != at + 2) return false;
  return true;
}

bool is_showable(const Exemplar& exemplar) {
  const bool has_ids = (exemplar.trace[0] | exemplar.trace[1]) != 0 && exemplar.span != 0;
  return has_ids && !std::isnan(exemplar.value) && is_instant(exemplar.time);
}

}  // namespace

std::optional<Exemplar> read_exemplar(double* slot) {
  const auto sequence = sequence_of(slot);
  const auto before = sequence.load(kAcquire);
  if (before == 0 || before % 2 != 0) return std::nullopt;
  // Each load is an acquire, so that none of them can come after the second look at the sequence.
  double cells[kExemplarCells];
  for (std::uint32_t i = 1; i < kExemplarCells; ++i) cells[i] = std::atomic_ref(slot[i]).load(kAcquire);
  if (sequence.load(std::memory_order_relaxed) != before) return std::nullopt;
  Exemplar exemplar{cells[1], cells[2], {}, 0};
  std::memcpy(exemplar.trace.data(), cells + 3, sizeof exemplar.trace);
  std::memcpy(&exemplar.span, cells + 5, sizeof exemplar.span);
  return is_showable(exemplar) ? std::optional(exemplar) : std::nullopt;
}

void append_trace_id(std::string& out, const Exemplar& exemplar) {
  append_hex(out, exemplar.trace.data(), sizeof exemplar.trace);
}

void append_span_id(std::string& out, const Exemplar& exemplar) {
  append_hex(out, &exemplar.span, sizeof exemplar.span);
}

std::optional<Exemplar> make_exemplar(std::string_view trace_id, std::string_view span_id, double value,
                                      double time) {
  Exemplar exemplar{value, time, {}, 0};
  const bool has_ids = parse_hex(trace_id, exemplar.trace.data(), sizeof exemplar.trace) &&
                       parse_hex(span_id, &exemplar.span, sizeof exemplar.span);
  return has_ids && is_showable(exemplar) ? std::optional(exemplar) : std::nullopt;
}

}  // namespace tacho::telemetry
