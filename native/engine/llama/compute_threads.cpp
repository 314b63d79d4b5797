#include "compute_threads.hpp"

#include "ggml-backend.h"

namespace tacho::engine {

/// The functions live in the CPU library that was chosen at run time, hence the look-up by name.
ComputeThreads::ComputeThreads(std::int32_t count) {
  const auto device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
  if (device == nullptr) return;
  const auto registry = ggml_backend_dev_backend_reg(device);
  const auto look_up = [registry](const char* name) {
    return ggml_backend_reg_get_proc_address(registry, name);
  };
  const auto make = reinterpret_cast<decltype(&ggml_threadpool_new)>(look_up("ggml_threadpool_new"));
  free_ = reinterpret_cast<decltype(free_)>(look_up("ggml_threadpool_free"));
  if (make == nullptr || free_ == nullptr) return;
  auto params = ggml_threadpool_params_default(count);
  pool_ = make(&params);
}

ComputeThreads::~ComputeThreads() {
  if (pool_ != nullptr) free_(pool_);
}

void ComputeThreads::attach_to(llama_context* context) const {
  if (pool_ != nullptr) llama_attach_threadpool(context, pool_, nullptr);
}

}  // namespace tacho::engine
