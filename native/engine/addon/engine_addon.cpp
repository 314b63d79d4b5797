// engine.node: loadBackends(directory): devices, loadReplica(options, onProgress), loadEmbedder(options,
// onProgress).
#include <napi.h>

#include "engine_embedder.hpp"
#include "engine_replica.hpp"
#include "from_js.hpp"
#include "to_js.hpp"

namespace tacho::engine::addon {

namespace {

/// Loads a model on a libuv thread into the JavaScript object that `Wrap` makes of a `Loaded`. `onProgress`
/// gets 0 … 1 while it does.
template <typename Wrap, typename Loaded, typename Options>
class Load : public Napi::AsyncProgressWorker<float> {
 public:
  Load(const Napi::CallbackInfo& info, Options options, Napi::Function constructor)
      : Napi::AsyncProgressWorker<float>(info[1].As<Napi::Function>()),
        model_(model_options(info[0].As<Napi::Object>())),
        options_(std::move(options)),
        constructor_(Napi::Persistent(constructor)),
        done_(Napi::Promise::Deferred::New(info.Env())) {}

  Napi::Promise promise() const { return done_.Promise(); }

 protected:
  void Execute(const ExecutionProgress& progress) override {
    model_.progress = [&progress](float fraction) { progress.Send(&fraction, 1); };
    loaded_ = std::make_shared<Loaded>(model_, options_);
  }
  void OnProgress(const float* fraction, std::size_t) override {
    if (fraction != nullptr) Callback().Call({Napi::Number::New(Env(), *fraction)});
  }
  void OnOK() override { done_.Resolve(Wrap::create(constructor_.Value(), std::move(loaded_))); }
  void OnError(const Napi::Error& error) override { done_.Reject(error.Value()); }

 private:
  ModelOptions model_;
  Options options_;
  Napi::FunctionReference constructor_;
  Napi::Promise::Deferred done_;
  std::shared_ptr<Loaded> loaded_;
};

using LoadReplica = Load<EngineReplica, Replica, ContextOptions>;
using LoadEmbedder = Load<EngineEmbedder, LlamaEmbedder, EmbedderOptions>;

template <typename Loading, typename Options>
Napi::Value load(const Napi::CallbackInfo& info, Options options,
                 const Napi::FunctionReference& constructor) {
  auto* loading = new Loading(info, std::move(options), constructor.Value());
  loading->Queue();
  return loading->promise();
}

}  // namespace

class EngineAddon : public Napi::Addon<EngineAddon> {
 public:
  EngineAddon(Napi::Env env, Napi::Object exports)
      : replicas_(Napi::Persistent(EngineReplica::define(env))),
        embedders_(Napi::Persistent(EngineEmbedder::define(env))) {
    DefineAddon(exports, {InstanceMethod<&EngineAddon::load_backends>("loadBackends"),
                          InstanceMethod<&EngineAddon::load_replica>("loadReplica"),
                          InstanceMethod<&EngineAddon::load_embedder>("loadEmbedder")});
  }

 private:
  Napi::Value load_backends(const Napi::CallbackInfo& info) {
    return to_js(info.Env(), tacho::engine::load_backends(info[0].As<Napi::String>().Utf8Value()));
  }

  Napi::Value load_replica(const Napi::CallbackInfo& info) {
    return load<LoadReplica>(info, context_options(info[0].As<Napi::Object>()), replicas_);
  }

  Napi::Value load_embedder(const Napi::CallbackInfo& info) {
    return load<LoadEmbedder>(info, embedder_options(info[0].As<Napi::Object>()), embedders_);
  }

  Napi::FunctionReference replicas_;
  Napi::FunctionReference embedders_;
};

NODE_API_ADDON(EngineAddon)

}  // namespace tacho::engine::addon
