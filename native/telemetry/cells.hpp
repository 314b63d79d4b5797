#pragma once

// Header-only, so that any addon can write to a shard it was given.

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "bucket_index.hpp"
#include "metric_spec.hpp"
#include "render/exemplar.hpp"

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

/// The highest value since the series began. Two cells: the value, and 1 once there is one. Thread: the
/// shard's writer.
struct HighWater {
  double* cells;

  void raise(double value) const {
    if (cells[1] != 0 && !(value > cells[0])) return;
    set_cell(cells[0], value);
    set_cell(cells[1], 1);
  }
};

/// With explicit bounds or native. `cells`: one a bound, one for what lies above them all, then the sum.
/// `index` is borrowed. Thread: the shard's writer.
struct Histogram {
  double* cells;
  const BucketIndex* index;

  /// Counts `value` in the first bucket with `value <= bound`. NaN is ignored, as it would stay in the sum.
  void observe(double value) const {
    if (std::isnan(value)) return;
    add_to_cell(cells[index->find(value)], 1);
    add_to_cell(cells[index->bounds() + 1], value);
  }
};

/// The exemplars of a series, in the cells after its value. Thread: the shard's writer.
struct ExemplarSlots {
  double* cells;
  std::uint32_t count;

  void keep(std::size_t bucket, const Exemplar& exemplar) const {
    double* const slot = cells + bucket % count * kExemplarCells;
    const std::atomic_ref sequence(*reinterpret_cast<std::uint32_t*>(slot));
    // Odd while at work, also where a writer that was killed left it odd.
    const auto writing = sequence.load(std::memory_order_relaxed) | 1;
    sequence.store(writing, std::memory_order_relaxed);
    double written[kExemplarCells] = {0, exemplar.value, exemplar.time};
    std::memcpy(written + 3, exemplar.trace.data(), sizeof exemplar.trace);
    std::memcpy(written + 5, &exemplar.span, sizeof exemplar.span);
    // Each store is a release, so that none can be seen before the odd sequence.
    for (std::uint32_t i = 1; i < kExemplarCells; ++i)
      std::atomic_ref(slot[i]).store(written[i], std::memory_order_release);
    sequence.store(writing + 1, std::memory_order_release);
  }
};

}  // namespace tacho::telemetry
