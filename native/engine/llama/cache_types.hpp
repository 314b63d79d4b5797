// The number formats of a KV cache.
#pragma once

#include <string>

#include "llama.h"

namespace tacho::engine {

struct CacheTypes {
  ggml_type keys = GGML_TYPE_F16;
  ggml_type values = GGML_TYPE_F16;
};

/// `keys` and `values` are ggml's names of types, `flash_attention` is auto, on or off. Throws LoadError
/// naming the flag when the model cannot be served so: llama.cpp would say less, or abort.
CacheTypes cache_types(const llama_model* model, const std::string& keys, const std::string& values,
                       const std::string& flash_attention);

}  // namespace tacho::engine
