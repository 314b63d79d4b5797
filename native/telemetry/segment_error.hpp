#pragma once

#include <stdexcept>
#include <string>

namespace tacho::telemetry {

/// `code` is stable: "invalid_segment", "segment_full", "invalid_view", "invalid_source" or "closed".
struct SegmentError : std::runtime_error {
  SegmentError(const char* error_code, const std::string& message)
      : std::runtime_error(message), code(error_code) {}

  const char* code;
};

}  // namespace tacho::telemetry
