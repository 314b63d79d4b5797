// What a GGUF file says of its model, where llama.cpp has no function for it.
#pragma once

#include <cstdint>
#include <string>

#include "llama.h"

namespace tacho::engine {

/// The value of `key`, of at most 127 bytes; empty when there is none.
std::string metadata(const llama_model* model, const std::string& key);

/// The same below the architecture's name.
std::string architecture_metadata(const llama_model* model, const std::string& key);

/// Numbers in one head's keys and values. Models may choose them apart from the width of the embedding.
struct HeadLengths {
  std::int64_t keys = 0;
  std::int64_t values = 0;
};
HeadLengths head_lengths(const llama_model* model);

}  // namespace tacho::engine
