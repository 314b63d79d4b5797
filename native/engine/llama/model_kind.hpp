// What a model was made for.
#pragma once

#include "llama.h"

namespace tacho::engine {

enum class ModelKind {
  generation,
  embedding,    // a text becomes a vector
  rerank,       // a query and a document become a score
  unsupported,  // translation from an encoder to a decoder, diffusion
};

ModelKind model_kind(const llama_model* model);

/// The noun of a message about it: "an embedding model".
const char* described(ModelKind kind);

}  // namespace tacho::engine
