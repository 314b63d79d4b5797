#include "engine_embedder.hpp"

#include <utility>
#include <variant>

#include "compute.hpp"
#include "from_js.hpp"
#include "text_calls.hpp"
#include "to_js.hpp"

namespace tacho::engine::addon {

namespace {

using Inputs = std::vector<std::vector<Token>>;

std::vector<std::int32_t> token_counts(const Inputs& inputs) {
  std::vector<std::int32_t> counts;
  for (const auto& tokens : inputs) counts.push_back(static_cast<std::int32_t>(tokens.size()));
  return counts;
}

Embedded embed_all(LlamaEmbedder& embedder, const std::vector<EmbedInput>& inputs) {
  Inputs all;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto* text = std::get_if<std::string>(&inputs[i]);
    if (text != nullptr) embedder.check_length(i, text->size());
    all.push_back(text == nullptr ? std::get<std::vector<Token>>(inputs[i])
                                  : embedder.model().tokenize(*text, true, true, i));
  }
  return {.vectors = embedder.embed(all), .tokens = token_counts(all)};
}

Ranked rank_all(LlamaEmbedder& embedder, const std::string& query,
                const std::vector<std::string>& documents) {
  for (std::size_t i = 0; i < documents.size(); ++i) {
    embedder.check_length(i, query.size() + documents[i].size());
  }
  const auto all = embedder.model().tokenize_pairs(query, documents);
  return {.scores = embedder.rank(all), .tokens = token_counts(all)};
}

}  // namespace

Napi::Function EngineEmbedder::define(Napi::Env env) {
  return DefineClass(
      env, "EngineEmbedder",
      {InstanceAccessor<&EngineEmbedder::info>("info"), InstanceMethod<&EngineEmbedder::embed>("embed"),
       InstanceMethod<&EngineEmbedder::rank>("rank"), InstanceMethod<&EngineEmbedder::tokenize>("tokenize"),
       InstanceMethod<&EngineEmbedder::detokenize>("detokenize"),
       InstanceMethod<&EngineEmbedder::close>("close")});
}

Napi::Object EngineEmbedder::create(const Napi::Function& constructor,
                                    std::shared_ptr<LlamaEmbedder> embedder) {
  return constructor.New({Napi::External<std::shared_ptr<LlamaEmbedder>>::New(constructor.Env(), &embedder)});
}

EngineEmbedder::EngineEmbedder(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EngineEmbedder>(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "engine.node: an embedder comes from loadEmbedder()");
  }
  embedder_ = *info[0].As<Napi::External<std::shared_ptr<LlamaEmbedder>>>().Data();
}

std::shared_ptr<LlamaEmbedder> EngineEmbedder::open() const {
  if (embedder_ == nullptr) throw Napi::Error::New(Env(), "engine.node: the embedder is closed");
  return embedder_;
}

Napi::Value EngineEmbedder::info(const Napi::CallbackInfo& info) { return to_js(info.Env(), *open()); }

Napi::Value EngineEmbedder::embed(const Napi::CallbackInfo& info) {
  auto work = [embedder = open(), inputs = embed_inputs(info[0])] { return embed_all(*embedder, inputs); };
  return run<Embedded>(info.Env(), std::move(work));
}

Napi::Value EngineEmbedder::rank(const Napi::CallbackInfo& info) {
  auto work = [embedder = open(), query = string(info[0], "query"), documents = strings(info[1])] {
    return rank_all(*embedder, query, documents);
  };
  return run<Ranked>(info.Env(), std::move(work));
}

/// Keeps the embedder that holds the model.
std::shared_ptr<const LlamaModel> EngineEmbedder::model() const {
  const auto embedder = open();
  return {embedder, &embedder->model()};
}

Napi::Value EngineEmbedder::tokenize(const Napi::CallbackInfo& info) { return tokenize_text(info, model()); }

Napi::Value EngineEmbedder::detokenize(const Napi::CallbackInfo& info) {
  return detokenize_tokens(info, model());
}

/// The model is freed when the calls that run have ended.
void EngineEmbedder::close(const Napi::CallbackInfo&) { embedder_.reset(); }

}  // namespace tacho::engine::addon
