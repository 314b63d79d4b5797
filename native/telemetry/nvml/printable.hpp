#pragma once

#include <string>
#include <utility>

namespace tacho::telemetry::nvml {

/// A driver's text as a label can hold it: every format wants UTF-8, which NVML does not promise.
inline std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

}  // namespace tacho::telemetry::nvml
