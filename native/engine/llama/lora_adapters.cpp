#include "lora_adapters.hpp"

#include <algorithm>

#include "llama_log.hpp"
#include "llama_model.hpp"

namespace tacho::engine {

namespace {

llama_adapter_lora* load(llama_model* model, const AdapterOptions& options) {
  const auto refuse = [&options](const std::string& why) {
    return LoadError("the LoRA adapter " + options.path + " cannot be used: " + why);
  };
  take_llama_error();
  auto* adapter = llama_adapter_lora_init(model, options.path.c_str());
  if (adapter == nullptr) {
    const auto reason = take_llama_error();
    throw refuse(reason.empty() ? "llama.cpp could not load it" : reason);
  }
  // It would have to be switched on in the middle of a prompt.
  if (llama_adapter_get_alora_n_invocation_tokens(adapter) > 0) {
    throw refuse("it is an activated one (aLoRA), which tacho does not serve");
  }
  return adapter;
}

}  // namespace

LoraAdapters::LoraAdapters(llama_model* model, const std::vector<AdapterOptions>& options) {
  for (const auto& one : options) {
    if (index_of(one.name)) throw LoadError("two LoRA adapters are named " + one.name);
    loaded_.push_back({.name = one.name, .adapter = load(model, one), .scale = one.scale});
  }
}

std::optional<std::int32_t> LoraAdapters::index_of(const std::string& name) const {
  const auto found = std::ranges::find(loaded_, name, &Loaded::name);
  if (found == loaded_.end()) return std::nullopt;
  return static_cast<std::int32_t>(found - loaded_.begin());
}

void LoraAdapters::apply(llama_context* context, std::int32_t index) const {
  if (index < 0) {
    llama_set_adapters_lora(context, nullptr, 0, nullptr);
    return;
  }
  auto [name, adapter, scale] = loaded_[static_cast<std::size_t>(index)];
  llama_set_adapters_lora(context, &adapter, 1, &scale);
}

}  // namespace tacho::engine
