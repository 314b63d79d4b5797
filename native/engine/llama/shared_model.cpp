#include "shared_model.hpp"

#include <map>
#include <mutex>
#include <tuple>

namespace tacho::engine {

namespace {

using AdapterKey = std::tuple<std::string, std::string, float>;
using Key = std::tuple<std::string, std::int32_t, std::int32_t, std::vector<AdapterKey>>;

Key key_of(const ModelOptions& options) {
  std::vector<AdapterKey> adapters;
  for (const auto& [name, path, scale] : options.adapters) adapters.emplace_back(name, path, scale);
  return {options.path, options.gpu_layers, options.device, std::move(adapters)};
}

struct Entry {
  std::mutex loading;
  std::weak_ptr<const LlamaModel> model;
};

/// Never erased: an entry is small, and a host serves few models in its life. Every worker thread that loads
/// engine.node gets the same library, and so the same map.
Entry& entry_of(const ModelOptions& options) {
  static std::mutex mutex;
  static std::map<Key, Entry> entries;
  const std::lock_guard lock(mutex);
  return entries[key_of(options)];
}

}  // namespace

std::shared_ptr<const LlamaModel> shared_model(const ModelOptions& options) {
  auto& entry = entry_of(options);
  const std::lock_guard lock(entry.loading);
  auto model = entry.model.lock();
  if (model == nullptr) {
    model = std::make_shared<const LlamaModel>(options);
    entry.model = model;
  }
  return model;
}

}  // namespace tacho::engine
