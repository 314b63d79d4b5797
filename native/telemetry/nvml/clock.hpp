#pragma once

#include <chrono>
#include <functional>

namespace tacho::telemetry::nvml {

using Seconds = std::chrono::duration<double>;
using Instant = std::chrono::time_point<std::chrono::steady_clock, Seconds>;

/// Handed in, so that tests tell the time.
using Clock = std::function<Instant()>;

}  // namespace tacho::telemetry::nvml
