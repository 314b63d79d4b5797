#pragma once

#include <string>

#include "nvml_abi.hpp"

namespace tacho::telemetry::nvml {

/// What a return value says of whom was asked.
enum class Verdict {
  fine,
  unsupported,   ///< This GPU or this driver will never answer.
  failed,        ///< It may work another time.
  gpu_lost,      ///< The GPU is gone, whatever it is asked.
  library_lost,  ///< The driver was unloaded or exchanged: only loading the library again helps.
};

Verdict verdict_of(Return result);

/// NVML's own word in lower case, e.g. "gpu_is_lost"; "error_42" for a value of a later version.
std::string name_of(Return result);

}  // namespace tacho::telemetry::nvml
