#include "cache_types.hpp"

#include <cstdint>

#include "llama_model.hpp"
#include "model_metadata.hpp"

namespace tacho::engine {

namespace {

ggml_type type_named(const std::string& name, const char* flag) {
  for (int i = 0; i < GGML_TYPE_COUNT; ++i) {
    const auto type = static_cast<ggml_type>(i);
    if (ggml_type_name(type) != nullptr && name == ggml_type_name(type)) return type;
  }
  throw LoadError(std::string(flag) + ": expected the name of a ggml type, received " + name);
}

/// A head's numbers must fill whole blocks.
void check_blocks(ggml_type type, std::int64_t head_length, const char* flag) {
  const auto block = ggml_blck_size(type);
  if (head_length % block == 0) return;
  throw LoadError(std::string(flag) + " " + ggml_type_name(type) + " stores blocks of " +
                  std::to_string(block) + " numbers, and a head of this model has " +
                  std::to_string(head_length) + "; use f16");
}

}  // namespace

CacheTypes cache_types(const llama_model* model, const std::string& keys, const std::string& values,
                       const std::string& flash_attention) {
  const CacheTypes types{.keys = type_named(keys, "--cache-type-k"),
                         .values = type_named(values, "--cache-type-v")};
  const auto heads = head_lengths(model);
  check_blocks(types.keys, heads.keys, "--cache-type-k");
  check_blocks(types.values, heads.values, "--cache-type-v");
  if (ggml_is_quantized(types.values) && flash_attention == "off") {
    throw LoadError("--cache-type-v " + values + " needs flash attention; use --flash-attn auto or on");
  }
  return types;
}

}  // namespace tacho::engine
