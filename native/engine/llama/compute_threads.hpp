// Threads of the CPU back end that outlive a graph.
#pragma once

#include <cstdint>

#include "ggml-cpu.h"
#include "llama.h"

namespace tacho::engine {

/// Without it the CPU back end makes its threads anew for every graph, which halves single-stream speed.
/// Outlives the contexts that it is attached to.
class ComputeThreads {
 public:
  explicit ComputeThreads(std::int32_t count);
  ~ComputeThreads();
  ComputeThreads(const ComputeThreads&) = delete;
  ComputeThreads& operator=(const ComputeThreads&) = delete;

  void attach_to(llama_context* context) const;

 private:
  ggml_threadpool* pool_ = nullptr;  // null where there is no CPU back end
  void (*free_)(ggml_threadpool*) = nullptr;
};

}  // namespace tacho::engine
