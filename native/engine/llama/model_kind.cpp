#include "model_kind.hpp"

#include "model_metadata.hpp"

namespace tacho::engine {

ModelKind model_kind(const llama_model* model) {
  const bool encodes = llama_model_has_encoder(model);
  if ((encodes && llama_model_has_decoder(model)) || llama_model_is_diffusion(model)) {
    return ModelKind::unsupported;
  }
  const auto pooling = architecture_metadata(model, "pooling_type");
  if (pooling == std::to_string(LLAMA_POOLING_TYPE_RANK)) return ModelKind::rerank;
  const bool pools = !pooling.empty() && pooling != std::to_string(LLAMA_POOLING_TYPE_NONE);
  const bool sees_all = architecture_metadata(model, "attention.causal") == "false";
  return pools || sees_all || encodes ? ModelKind::embedding : ModelKind::generation;
}

const char* described(ModelKind kind) {
  switch (kind) {
    case ModelKind::generation:
      return "a text generation model";
    case ModelKind::embedding:
      return "an embedding model";
    case ModelKind::rerank:
      return "a rerank model";
    case ModelKind::unsupported:
      return "an encoder-decoder or diffusion model";
  }
  return "";
}

}  // namespace tacho::engine
