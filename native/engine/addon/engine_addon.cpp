// engine.node: loadBackends(directory): devices, loadReplica(options, onProgress).
#include <napi.h>

#include "engine_replica.hpp"
#include "from_js.hpp"
#include "to_js.hpp"

namespace tacho::engine::addon {

namespace {

/// Loads a model on a libuv thread. `onProgress` gets 0 … 1 while it does.
class LoadReplica : public Napi::AsyncProgressWorker<float> {
 public:
  LoadReplica(const Napi::Object& options, const Napi::Function& on_progress, Napi::Function constructor)
      : Napi::AsyncProgressWorker<float>(on_progress),
        model_(model_options(options)),
        context_(context_options(options)),
        constructor_(Napi::Persistent(constructor)),
        done_(Napi::Promise::Deferred::New(options.Env())) {}

  Napi::Promise promise() const { return done_.Promise(); }

 protected:
  void Execute(const ExecutionProgress& progress) override {
    model_.progress = [&progress](float fraction) { progress.Send(&fraction, 1); };
    replica_ = std::make_shared<Replica>(model_, context_);
  }
  void OnProgress(const float* fraction, std::size_t) override {
    if (fraction != nullptr) Callback().Call({Napi::Number::New(Env(), *fraction)});
  }
  void OnOK() override { done_.Resolve(EngineReplica::create(constructor_.Value(), std::move(replica_))); }
  void OnError(const Napi::Error& error) override { done_.Reject(error.Value()); }

 private:
  ModelOptions model_;
  ContextOptions context_;
  Napi::FunctionReference constructor_;
  Napi::Promise::Deferred done_;
  std::shared_ptr<Replica> replica_;
};

}  // namespace

class EngineAddon : public Napi::Addon<EngineAddon> {
 public:
  EngineAddon(Napi::Env env, Napi::Object exports)
      : constructor_(Napi::Persistent(EngineReplica::define(env))) {
    DefineAddon(exports, {InstanceMethod<&EngineAddon::load_backends>("loadBackends"),
                          InstanceMethod<&EngineAddon::load_replica>("loadReplica")});
  }

 private:
  Napi::Value load_backends(const Napi::CallbackInfo& info) {
    return to_js(info.Env(), tacho::engine::load_backends(info[0].As<Napi::String>().Utf8Value()));
  }

  Napi::Value load_replica(const Napi::CallbackInfo& info) {
    auto* load =
        new LoadReplica(info[0].As<Napi::Object>(), info[1].As<Napi::Function>(), constructor_.Value());
    load->Queue();
    return load->promise();
  }

  Napi::FunctionReference constructor_;
};

NODE_API_ADDON(EngineAddon)

}  // namespace tacho::engine::addon
