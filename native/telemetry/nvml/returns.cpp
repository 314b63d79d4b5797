#include "returns.hpp"

#include <algorithm>
#include <array>

namespace tacho::telemetry::nvml {
namespace {

struct Row {
  Return result;
  const char* name;
  Verdict verdict;
};

constexpr std::array kRows{
    Row{Return::closing, "closing", Verdict::failed},
    Row{Return::success, "success", Verdict::fine},
    Row{Return::uninitialized, "uninitialized", Verdict::library_lost},
    Row{Return::invalid_argument, "invalid_argument", Verdict::failed},
    Row{Return::not_supported, "not_supported", Verdict::unsupported},
    Row{Return::no_permission, "no_permission", Verdict::failed},
    Row{Return::not_found, "not_found", Verdict::failed},
    Row{Return::insufficient_size, "insufficient_size", Verdict::failed},
    Row{Return::driver_not_loaded, "driver_not_loaded", Verdict::library_lost},
    Row{Return::timeout, "timeout", Verdict::failed},
    Row{Return::library_not_found, "library_not_found", Verdict::library_lost},
    Row{Return::function_not_found, "function_not_found", Verdict::unsupported},
    Row{Return::gpu_is_lost, "gpu_is_lost", Verdict::gpu_lost},
    Row{Return::reset_required, "reset_required", Verdict::gpu_lost},
    Row{Return::lib_rm_version_mismatch, "lib_rm_version_mismatch", Verdict::library_lost},
    Row{Return::argument_version_mismatch, "argument_version_mismatch", Verdict::unsupported},
    Row{Return::gpu_not_found, "gpu_not_found", Verdict::gpu_lost},
    Row{Return::unknown, "unknown", Verdict::failed},
};

const Row* find(Return result) {
  const auto* const row = std::ranges::find(kRows, result, &Row::result);
  return row == kRows.end() ? nullptr : row;
}

}  // namespace

Verdict verdict_of(Return result) {
  const Row* const row = find(result);
  return row == nullptr ? Verdict::failed : row->verdict;
}

std::string name_of(Return result) {
  const Row* const row = find(result);
  return row == nullptr ? "error_" + std::to_string(static_cast<int>(result)) : row->name;
}

}  // namespace tacho::telemetry::nvml
