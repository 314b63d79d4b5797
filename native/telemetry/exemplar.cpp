#include "exemplar.hpp"

#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>

#include "instant.hpp"
#include "metric_spec.hpp"

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
  const bool has_ids = (exemplar.trace[0] | exemplar.trace[1]) != 0 && exemplar.span != 0;
  if (!has_ids || std::isnan(exemplar.value) || !is_instant(exemplar.time)) return std::nullopt;
  return exemplar;
}

void append_trace_id(std::string& out, const Exemplar& exemplar) {
  append_hex(out, exemplar.trace.data(), sizeof exemplar.trace);
}

void append_span_id(std::string& out, const Exemplar& exemplar) {
  append_hex(out, &exemplar.span, sizeof exemplar.span);
}

}  // namespace tacho::telemetry
