#pragma once

namespace tacho::telemetry {

/// Unix seconds of the year 9999's end, the last that protobuf can write.
inline constexpr double kLatestInstant = 253'402'300'799;

/// Whether a time in Unix seconds is known, and one that every format can write.
inline bool is_instant(double seconds) { return seconds > 0 && seconds <= kLatestInstant; }

}  // namespace tacho::telemetry
