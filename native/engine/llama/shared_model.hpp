// Weights that replicas of one process share.
#pragma once

#include <memory>

#include "llama_model.hpp"

namespace tacho::engine {

/// The model of `options`: one that a living replica holds, or loaded now. Who asks while another thread
/// loads it waits for that one; `options.progress` is called only where it is loaded. Models of other files,
/// devices or adapters load at the same time. Throws LoadError. Thread-safe.
std::shared_ptr<const LlamaModel> shared_model(const ModelOptions& options);

}  // namespace tacho::engine
