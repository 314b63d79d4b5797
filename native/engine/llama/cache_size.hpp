// How many KV cells a context gets.
#pragma once

#include <cstdint>

#include "cache_types.hpp"
#include "llama.h"

namespace tacho::engine {

struct CacheSize {
  std::int32_t cells = 0;
  bool whole_context_each = false;  // every sequence can have the whole trained context at once
};

/// `wanted` cells, or, when 0, the trained context for each of `sequences` as far as memory allows.
/// Throws LoadError when this machine's memory could never hold what is wanted.
CacheSize cache_size(const llama_model* model, std::int32_t wanted, std::int32_t sequences, CacheTypes types);

}  // namespace tacho::engine
