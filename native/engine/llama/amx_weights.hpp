// Weights in the form that the kernels for AMX want.
#pragma once

#include "llama.h"

namespace tacho::engine {

/// Whether the processor's back end may keep the weights in that form and must not: recurrent layers give
/// the kernels one matrix for each sequence, and for all but the first they read behind the weights
/// (llama.cpp v0.5.0, ggml_batch_offset). Two sequences in a step gave nonsense for the second.
bool needs_weights_without_amx(const llama_model* model);

}  // namespace tacho::engine
