#include "amx_weights.hpp"

#include <string_view>

#include "ggml-backend.h"

namespace tacho::engine {

namespace {

/// The function lives in the CPU library that was chosen at run time, hence the look-up by name.
bool keeps_weights_for_amx() {
  const auto device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
  if (device == nullptr) return false;
  const auto extra = reinterpret_cast<ggml_backend_dev_get_extra_bufts_t>(ggml_backend_reg_get_proc_address(
      ggml_backend_dev_backend_reg(device), "ggml_backend_dev_get_extra_bufts"));
  if (extra == nullptr) return false;
  for (const auto* type = extra(device); type != nullptr && *type != nullptr; ++type) {
    if (std::string_view(ggml_backend_buft_name(*type)) == "AMX") return true;
  }
  return false;
}

}  // namespace

bool needs_weights_without_amx(const llama_model* model) {
  return (llama_model_is_recurrent(model) || llama_model_is_hybrid(model)) && keeps_weights_for_amx();
}

}  // namespace tacho::engine
