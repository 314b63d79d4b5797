// The JavaScript object around a Replica.
#pragma once

#include <napi.h>

#include <memory>

#include "../llama/replica.hpp"

namespace tacho::engine::addon {

/// JavaScript: info, start(cells, meters, onStep), submit(request, tenant): Promise, cancel(id), tokenize and
/// detokenize as in text_calls.hpp, applyTemplate(prompt): Promise, tokenizeChat(prompt): Promise, close():
/// Promise. Belongs to one environment; its cleanup hook joins the decode thread, so that a worker can end at
/// any time.
class EngineReplica : public Napi::ObjectWrap<EngineReplica> {
 public:
  static Napi::Function define(Napi::Env env);
  /// `constructor` is what define() made; only native code can construct.
  static Napi::Object create(const Napi::Function& constructor, std::shared_ptr<Replica> replica);

  explicit EngineReplica(const Napi::CallbackInfo& info);
  ~EngineReplica() override;

 private:
  static void call_on_step(Napi::Env env, Napi::Function on_step, EngineReplica* self, void*);
  using StepSignal = Napi::TypedThreadSafeFunction<EngineReplica, void, call_on_step>;

  Napi::Value info(const Napi::CallbackInfo& info);
  void start(const Napi::CallbackInfo& info);
  Napi::Value submit(const Napi::CallbackInfo& info);
  void cancel(const Napi::CallbackInfo& info);
  Napi::Value tokenize(const Napi::CallbackInfo& info);
  Napi::Value detokenize(const Napi::CallbackInfo& info);
  Napi::Value apply_template(const Napi::CallbackInfo& info);
  Napi::Value tokenize_chat(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  static void at_environment_end(void* self);
  bool end();
  Replica& open_replica() const;
  std::shared_ptr<const LlamaModel> model() const;

  std::shared_ptr<Replica> replica_;
  Napi::Reference<Napi::Float64Array>
      cells_;  // keeps the telemetry shard mapped while the thread writes to it
  StepSignal signal_;
  bool started_ = false;
};

}  // namespace tacho::engine::addon
