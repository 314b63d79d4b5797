// How many KV cells a context gets.
#pragma once

#include <cstdint>

#include "cache_types.hpp"
#include "llama.h"

namespace tacho::engine {

struct CacheSize {
  std::int32_t cells = 0;
  std::int64_t cell_bytes = 0;      // of one cell
  bool whole_context_each = false;  // every sequence can have its whole context at once
};

struct CacheDemand {
  std::int32_t cells = 0;  // of all sequences; 0: the context of each, as far as memory allows
  std::int32_t sequences = 1;
  std::int32_t context = 0;   // of one sequence; 0: what the model was trained for
  std::int32_t replicas = 1;  // that share the memory
  CacheTypes types;
};

/// Throws LoadError when this machine's memory could never hold what is wanted.
CacheSize cache_size(const llama_model* model, const CacheDemand& demand);

}  // namespace tacho::engine
