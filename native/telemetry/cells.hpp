#pragma once

// Header-only and free of other headers of ours, so that any addon can write to a shard it was given.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <span>

namespace tacho::telemetry {

/// A cell has one writer, so a relaxed load and store suffice: the same two moves as for a plain double,
/// where a `lock xadd` takes 5 ns alone and 14 contended.
inline void set_cell(double& cell, double value) {
  std::atomic_ref<double>(cell).store(value, std::memory_order_relaxed);
}

inline void add_to_cell(double& cell, double n) {
  set_cell(cell, std::atomic_ref<double>(cell).load(std::memory_order_relaxed) + n);
}

/// Monotonic. Thread: the shard's writer.
struct Counter {
  double* cell;

  /// Zero, negative and NaN are ignored: a counter that goes back reads as a restart.
  void inc(double n = 1) const {
    if (n > 0) add_to_cell(*cell, n);
  }
};

/// Readers show the sum of the living writers. Thread: the shard's writer.
struct Gauge {
  double* cell;

  void set(double value) const { set_cell(*cell, value); }
  void inc(double n = 1) const { add_to_cell(*cell, n); }
  void dec(double n = 1) const { add_to_cell(*cell, -n); }
};

/// `cells`: one a bound, one for +Inf, then the sum. `bounds` is borrowed. Thread: the shard's writer.
struct Histogram {
  double* cells;
  std::span<const double> bounds;

  /// Counts `value` in the first bucket with `value <= bound`. NaN is ignored, as it would stay in the sum.
  void observe(double value) const {
    if (std::isnan(value)) return;
    const auto bucket = std::ranges::lower_bound(bounds, value) - bounds.begin();
    add_to_cell(cells[bucket], 1);
    add_to_cell(cells[bounds.size() + 1], value);
  }
};

}  // namespace tacho::telemetry
