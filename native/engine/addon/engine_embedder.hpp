// The JavaScript object around a LlamaEmbedder.
#pragma once

#include <napi.h>

#include <memory>

#include "../llama/llama_embedder.hpp"

namespace tacho::engine::addon {

/// JavaScript: info, embed(inputs): Promise, rank(query, documents): Promise, tokenize and detokenize as in
/// text_calls.hpp, close(). Work runs on libuv threads, embed and rank one call after the other, and outlives
/// close() and the environment.
class EngineEmbedder : public Napi::ObjectWrap<EngineEmbedder> {
 public:
  static Napi::Function define(Napi::Env env);
  /// `constructor` is what define() made; only native code can construct.
  static Napi::Object create(const Napi::Function& constructor, std::shared_ptr<LlamaEmbedder> embedder);

  explicit EngineEmbedder(const Napi::CallbackInfo& info);

 private:
  Napi::Value info(const Napi::CallbackInfo& info);
  Napi::Value embed(const Napi::CallbackInfo& info);
  Napi::Value rank(const Napi::CallbackInfo& info);
  Napi::Value tokenize(const Napi::CallbackInfo& info);
  Napi::Value detokenize(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  std::shared_ptr<LlamaEmbedder> open() const;
  std::shared_ptr<const LlamaModel> model() const;

  std::shared_ptr<LlamaEmbedder> embedder_;
};

}  // namespace tacho::engine::addon
