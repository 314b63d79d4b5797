#include "model_metadata.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tacho::engine {

namespace {

std::int64_t head_length(const llama_model* model, const std::string& what) {
  const auto stated = architecture_metadata(model, "attention." + what);
  if (!stated.empty()) return std::strtol(stated.c_str(), nullptr, 10);
  return llama_model_n_embd(model) / std::max(1, llama_model_n_head(model));
}

}  // namespace

std::string metadata(const llama_model* model, const std::string& key) {
  std::array<char, 128> value{};
  const auto length = llama_model_meta_val_str(model, key.c_str(), value.data(), value.size());
  return length < 0 ? "" : value.data();
}

std::string architecture_metadata(const llama_model* model, const std::string& key) {
  return metadata(model, metadata(model, "general.architecture") + "." + key);
}

HeadLengths head_lengths(const llama_model* model) {
  return {.keys = head_length(model, "key_length"), .values = head_length(model, "value_length")};
}

}  // namespace tacho::engine
