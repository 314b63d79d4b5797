#include "cache_size.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <string>

#include "ggml-backend.h"
#include "llama_model.hpp"

namespace tacho::engine {

namespace {

/// The most that a cache takes unasked: 32,768 cells of an 8B model at f16. Never above a quarter of the
/// memory.
constexpr std::int64_t kDefaultBytes = std::int64_t{4} << 30;

/// llama.cpp rounds up to this anyway, but takes the batch size from the number it was given.
constexpr std::int32_t kFewestCells = 256;

std::string metadata(const llama_model* model, const std::string& key) {
  std::array<char, 128> value{};
  const auto length = llama_model_meta_val_str(model, key.c_str(), value.data(), value.size());
  return length < 0 ? "" : value.data();
}

/// The length of a head's keys or values. Models may choose it apart from the width of the embedding.
std::int64_t head_length(const llama_model* model, const std::string& what) {
  const auto architecture = metadata(model, "general.architecture");
  const auto stated = metadata(model, architecture + ".attention." + what);
  if (!stated.empty()) return std::strtol(stated.c_str(), nullptr, 10);
  return llama_model_n_embd(model) / std::max(1, llama_model_n_head(model));
}

/// Keys and values of one token in all layers, in llama.cpp's default type of two bytes a number. Too much
/// for models some of whose layers have none.
std::int64_t bytes_per_cell(const llama_model* model) {
  const auto stated_heads = llama_model_n_head_kv(model);  // of the first layer, which may have none
  const std::int64_t heads = stated_heads > 0 ? stated_heads : llama_model_n_head(model);
  const auto numbers = heads * (head_length(model, "key_length") + head_length(model, "value_length"));
  const std::int64_t layers = llama_model_n_layer(model);
  return std::max<std::int64_t>(1, 2 * layers * numbers);
}

/// Of the processor and all GPUs.
std::int64_t memory_bytes() {
  std::int64_t all = 0;
  for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i) {
    std::size_t free = 0;
    std::size_t total = 0;
    ggml_backend_dev_memory(ggml_backend_dev_get(i), &free, &total);
    all += static_cast<std::int64_t>(total);
  }
  return all;
}

std::string in_gib(std::int64_t bytes) { return std::to_string(bytes >> 30) + " GiB"; }

/// llama.cpp asks for memory bit by bit, and the machine may run out of it before it says no.
void check_wanted(std::int32_t cells, std::int64_t cell_bytes) {
  const auto all = memory_bytes();
  if (cells * cell_bytes <= all) return;
  throw LoadError("a KV cache of " + std::to_string(cells) + " cells (--ctx-size) takes " +
                  in_gib(cells * cell_bytes) + ", and this machine has " + in_gib(all));
}

}  // namespace

CacheSize cache_size(const llama_model* model, std::int32_t wanted, std::int32_t sequences) {
  const auto whole = std::int64_t{llama_model_n_ctx_train(model)} * sequences;
  const auto cell_bytes = bytes_per_cell(model);
  auto cells = std::max(wanted, kFewestCells);
  if (wanted > 0) {
    check_wanted(cells, cell_bytes);
  } else {
    const auto affordable = std::min(kDefaultBytes, memory_bytes() / 4) / cell_bytes;
    const std::int64_t most = std::numeric_limits<std::int32_t>::max() / 2;
    cells =
        static_cast<std::int32_t>(std::max<std::int64_t>(kFewestCells, std::min({whole, affordable, most})));
  }
  return {.cells = cells, .whole_context_each = cells >= whole};
}

}  // namespace tacho::engine
