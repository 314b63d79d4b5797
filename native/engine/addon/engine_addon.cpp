// engine.node: loadBackends(directory): devices and why others are not; loadModel, loadReplica and
// loadEmbedder(options, onProgress).
#include <napi.h>

#include <chrono>
#include <utility>

#include "engine_embedder.hpp"
#include "engine_replica.hpp"
#include "from_js.hpp"
#include "to_js.hpp"

namespace tacho::engine::addon {

namespace {

/// Loads a model on a libuv thread into a JavaScript object. `onProgress` gets 0 … 1 while it does.
class Load : public Napi::AsyncProgressWorker<float> {
 public:
  explicit Load(const Napi::CallbackInfo& info)
      : Napi::AsyncProgressWorker<float>(info[1].As<Napi::Function>()),
        model_(model_options(info[0].As<Napi::Object>())),
        done_(Napi::Promise::Deferred::New(info.Env())) {}

  Napi::Promise start() {
    Queue();
    return done_.Promise();
  }

 protected:
  virtual void load(const ModelOptions& model) = 0;
  /// What load() has made; on the JavaScript thread.
  virtual Napi::Object wrapped() = 0;

  void Execute(const ExecutionProgress& progress) override {
    model_.progress = [&progress](float fraction) { progress.Send(&fraction, 1); };
    load(model_);
  }
  void OnProgress(const float* fraction, std::size_t) override {
    if (fraction != nullptr) Callback().Call({Napi::Number::New(Env(), *fraction)});
  }
  void OnOK() override { done_.Resolve(wrapped()); }
  void OnError(const Napi::Error& error) override { done_.Reject(error.Value()); }

 private:
  ModelOptions model_;
  Napi::Promise::Deferred done_;
};

/// Of the one kind that `Wrap` is made of.
template <typename Wrap, typename Loaded, typename Options>
class LoadOne : public Load {
 public:
  LoadOne(const Napi::CallbackInfo& info, Options options, const Napi::FunctionReference& constructor)
      : Load(info), options_(std::move(options)), constructor_(Napi::Persistent(constructor.Value())) {}

 protected:
  void load(const ModelOptions& model) override { loaded_ = std::make_shared<Loaded>(model, options_); }
  Napi::Object wrapped() override { return Wrap::create(constructor_.Value(), std::move(loaded_)); }

 private:
  Options options_;
  Napi::FunctionReference constructor_;
  std::shared_ptr<Loaded> loaded_;
};

using LoadReplica = LoadOne<EngineReplica, Replica, ContextOptions>;
using LoadEmbedder = LoadOne<EngineEmbedder, LlamaEmbedder, EmbedderOptions>;

/// Of whatever kind the file holds.
class LoadModel : public Load {
 public:
  LoadModel(const Napi::CallbackInfo& info, const Napi::FunctionReference& replica,
            const Napi::FunctionReference& embedder)
      : Load(info),
        context_(context_options(info[0].As<Napi::Object>())),
        embedding_(embedder_options(info[0].As<Napi::Object>())),
        replicas_(Napi::Persistent(replica.Value())),
        embedders_(Napi::Persistent(embedder.Value())) {}

 protected:
  void load(const ModelOptions& model) override {
    const auto began = std::chrono::steady_clock::now();
    const auto began_at = monotonic_seconds();
    auto any_kind = model;
    any_kind.generates.reset();
    auto loaded = shared_model(any_kind);
    if (loaded->kind() == ModelKind::generation) {
      replica_ = std::make_shared<Replica>(context_, began_at, std::move(loaded));
    } else {
      embedder_ = std::make_shared<LlamaEmbedder>(embedding_, began, std::move(loaded));
    }
  }
  Napi::Object wrapped() override {
    if (replica_) return EngineReplica::create(replicas_.Value(), std::move(replica_));
    return EngineEmbedder::create(embedders_.Value(), std::move(embedder_));
  }

 private:
  ContextOptions context_;
  EmbedderOptions embedding_;
  Napi::FunctionReference replicas_;
  Napi::FunctionReference embedders_;
  std::shared_ptr<Replica> replica_;
  std::shared_ptr<LlamaEmbedder> embedder_;
};

}  // namespace

class EngineAddon : public Napi::Addon<EngineAddon> {
 public:
  EngineAddon(Napi::Env env, Napi::Object exports)
      : replicas_(Napi::Persistent(EngineReplica::define(env))),
        embedders_(Napi::Persistent(EngineEmbedder::define(env))) {
    DefineAddon(exports, {InstanceMethod<&EngineAddon::load_backends>("loadBackends"),
                          InstanceMethod<&EngineAddon::load_model>("loadModel"),
                          InstanceMethod<&EngineAddon::load_replica>("loadReplica"),
                          InstanceMethod<&EngineAddon::load_embedder>("loadEmbedder")});
  }

 private:
  Napi::Value load_backends(const Napi::CallbackInfo& info) {
    return to_js(info.Env(), tacho::engine::load_backends(info[0].As<Napi::String>().Utf8Value()));
  }

  Napi::Value load_model(const Napi::CallbackInfo& info) {
    return (new LoadModel(info, replicas_, embedders_))->start();
  }

  Napi::Value load_replica(const Napi::CallbackInfo& info) {
    return (new LoadReplica(info, context_options(info[0].As<Napi::Object>()), replicas_))->start();
  }

  Napi::Value load_embedder(const Napi::CallbackInfo& info) {
    return (new LoadEmbedder(info, embedder_options(info[0].As<Napi::Object>()), embedders_))->start();
  }

  Napi::FunctionReference replicas_;
  Napi::FunctionReference embedders_;
};

NODE_API_ADDON(EngineAddon)

}  // namespace tacho::engine::addon
