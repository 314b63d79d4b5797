#pragma once

#include <cstdint>
#include <optional>

namespace tacho::telemetry::nvml {

/// Makes growth from the readings of a total that the hardware keeps, which began before us, wraps, and
/// starts anew with the driver.
class Accumulator {
 public:
  /// `wraps`: the hardware's counter may be short; without it, a fall is no wrap.
  explicit Accumulator(bool wraps) : wraps_(wraps) {}

  /// What came since the reading before; 0 for the first. After a fall that is no wrap, the total begins anew
  /// there, once a second reading has shown that it was no hiccup of the driver.
  std::uint64_t growth(std::uint64_t reading) {
    const auto before = last_.value_or(reading);
    if (reading < before && !is_wrap(before)) return growth_after_fall(reading);
    last_ = reading;
    fallen_.reset();
    may_restart_ = false;
    const auto difference = reading - before;
    return reading < before && before <= UINT32_MAX ? difference & UINT32_MAX : difference;
  }

  /// The driver may have been loaded again: the next fall is no wrap.
  void expect_restart() { may_restart_ = true; }

 private:
  bool is_wrap(std::uint64_t before) const {
    return wraps_ && !may_restart_ && (before <= UINT32_MAX || before > UINT64_MAX / 2);
  }

  std::uint64_t growth_after_fall(std::uint64_t reading) {
    const auto fallen = fallen_;
    fallen_ = reading;
    if (!fallen || reading < *fallen) return 0;
    last_ = reading;
    fallen_.reset();
    may_restart_ = false;
    return reading - *fallen;
  }

  bool wraps_;
  bool may_restart_ = false;
  std::optional<std::uint64_t> last_;
  std::optional<std::uint64_t> fallen_;
};

}  // namespace tacho::telemetry::nvml
