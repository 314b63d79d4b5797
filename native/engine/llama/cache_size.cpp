#include "cache_size.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "ggml-backend.h"
#include "llama_model.hpp"
#include "model_metadata.hpp"

namespace tacho::engine {

namespace {

/// The most that a cache takes unasked: 32,768 cells of an 8B model at f16. Never above a quarter of the
/// memory.
constexpr std::int64_t kDefaultBytes = std::int64_t{4} << 30;

/// llama.cpp rounds up to this anyway, but takes the batch size from the number it was given.
constexpr std::int32_t kFewestCells = 256;

/// Keys and values of one token in all layers. Too much for models some of whose layers have none (recurrent
/// ones) or not for every token (sliding windows), so these get fewer cells than would fit.
std::int64_t bytes_per_cell(const llama_model* model, CacheTypes types) {
  const auto stated_heads = llama_model_n_head_kv(model);  // of the first layer, which may have none
  const std::int64_t heads = stated_heads > 0 ? stated_heads : llama_model_n_head(model);
  const auto [keys, values] = head_lengths(model);
  const auto bytes = ggml_row_size(types.keys, heads * keys) + ggml_row_size(types.values, heads * values);
  return std::max<std::int64_t>(1, llama_model_n_layer(model) * static_cast<std::int64_t>(bytes));
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
void check_wanted(std::int32_t cells, std::int64_t cell_bytes, std::int32_t replicas) {
  const auto all = memory_bytes();
  const auto wanted = cells * cell_bytes * replicas;
  if (wanted <= all) return;
  const auto caches = replicas == 1 ? "a KV cache" : std::to_string(replicas) + " KV caches (--replicas)";
  const auto verb = replicas == 1 ? " takes " : " take ";
  throw LoadError(caches + " of " + std::to_string(cells) + " cells (--ctx-size)" + verb + in_gib(wanted) +
                  ", and this machine has " + in_gib(all));
}

}  // namespace

CacheSize cache_size(const llama_model* model, const CacheDemand& demand) {
  const auto trained = llama_model_n_ctx_train(model);
  const std::int64_t context = demand.context > 0 ? std::min(demand.context, trained) : trained;
  const auto whole = context * demand.sequences;
  const auto cell_bytes = bytes_per_cell(model, demand.types);
  auto cells = std::max(demand.cells, kFewestCells);
  if (demand.cells > 0) {
    check_wanted(cells, cell_bytes, demand.replicas);
  } else {
    const auto affordable = std::min(kDefaultBytes, memory_bytes() / 4 / demand.replicas) / cell_bytes;
    const std::int64_t most = std::numeric_limits<std::int32_t>::max() / 2;
    cells =
        static_cast<std::int32_t>(std::max<std::int64_t>(kFewestCells, std::min({whole, affordable, most})));
  }
  return {.cells = cells, .cell_bytes = cell_bytes, .whole_context_each = cells >= whole};
}

}  // namespace tacho::engine
