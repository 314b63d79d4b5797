// LoRA adapters of a model: loaded with it, applied to a context by index.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "llama.h"

namespace tacho::engine {

/// A LoRA adapter, which requests choose by name.
struct AdapterOptions {
  std::string name;
  std::string path;
  float scale = 1;
};

/// Immutable after construction, so thread-safe; the model frees the adapters' weights. Contexts made before
/// it have no room in their graphs for adapters.
class LoraAdapters {
 public:
  LoraAdapters() = default;
  /// Throws LoadError naming the adapter's file and what llama.cpp objected to.
  LoraAdapters(llama_model* model, const std::vector<AdapterOptions>& options);

  std::optional<std::int32_t> index_of(const std::string& name) const;
  /// All steps of `context` from now on; -1: none. Costs nothing when it is the present one.
  void apply(llama_context* context, std::int32_t index) const;

 private:
  struct Loaded {
    std::string name;
    llama_adapter_lora* adapter;
    float scale;
  };
  std::vector<Loaded> loaded_;
};

}  // namespace tacho::engine
