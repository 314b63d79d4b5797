#include "engine_replica.hpp"

#include <utility>

#include "compute.hpp"
#include "from_js.hpp"
#include "running_replicas.hpp"
#include "text_calls.hpp"
#include "to_js.hpp"

namespace tacho::engine::addon {

namespace {

/// Runs `work` on a libuv thread, then `after` on the JavaScript thread.
class Background : public Napi::AsyncWorker {
 public:
  Background(Napi::Env env, std::function<void()> work, std::function<void()> after = {})
      : Napi::AsyncWorker(env), work_(std::move(work)), after_(std::move(after)) {}

 protected:
  void Execute() override { work_(); }
  void OnOK() override {
    if (after_) after_();
  }

 private:
  std::function<void()> work_;
  std::function<void()> after_;
};

}  // namespace

Napi::Function EngineReplica::define(Napi::Env env) {
  return DefineClass(
      env, "EngineReplica",
      {InstanceAccessor<&EngineReplica::info>("info"), InstanceMethod<&EngineReplica::start>("start"),
       InstanceMethod<&EngineReplica::submit>("submit"), InstanceMethod<&EngineReplica::cancel>("cancel"),
       InstanceMethod<&EngineReplica::tokenize>("tokenize"),
       InstanceMethod<&EngineReplica::detokenize>("detokenize"),
       InstanceMethod<&EngineReplica::apply_template>("applyTemplate"),
       InstanceMethod<&EngineReplica::tokenize_chat>("tokenizeChat"),
       InstanceMethod<&EngineReplica::close>("close")});
}

Napi::Object EngineReplica::create(const Napi::Function& constructor, std::shared_ptr<Replica> replica) {
  return constructor.New({Napi::External<std::shared_ptr<Replica>>::New(constructor.Env(), &replica)});
}

EngineReplica::EngineReplica(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EngineReplica>(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "engine.node: a replica comes from loadReplica()");
  }
  replica_ = *info[0].As<Napi::External<std::shared_ptr<Replica>>>().Data();
}

EngineReplica::~EngineReplica() { end(); }

void EngineReplica::at_environment_end(void* self) { static_cast<EngineReplica*>(self)->end(); }

Replica& EngineReplica::open_replica() const {
  if (replica_ == nullptr) throw Napi::Error::New(Env(), "engine.node: the replica is closed");
  return *replica_;
}

Napi::Value EngineReplica::info(const Napi::CallbackInfo& info) { return to_js(info.Env(), open_replica()); }

void EngineReplica::start(const Napi::CallbackInfo& info) {
  auto& replica = open_replica();
  if (started_) throw Napi::Error::New(info.Env(), "engine.node: the replica runs already");
  const auto cells = info[0].As<Napi::Float64Array>();
  auto bound = meters(cells, info[1].As<Napi::Object>());
  cells_ = Napi::Reference<Napi::Float64Array>::New(cells, 1);
  signal_ = StepSignal::New(info.Env(), info[2].As<Napi::Function>(), "tacho engine step", 0, 1, this);
  // The host decides how long it lives; a waiting decode thread must not keep it alive.
  signal_.Unref(info.Env());
  // Steps that are signalled but not yet taken point here, so no garbage collection before close().
  Ref();
  napi_add_env_cleanup_hook(info.Env(), at_environment_end, this);
  started_ = true;
  add_running(replica);
  try {
    replica.start(std::move(bound), [this] { signal_.NonBlockingCall(); });
  } catch (const std::exception& error) {
    end();
    Unref();
    throw Napi::Error::New(info.Env(), std::string("engine.node: no decode thread: ") + error.what());
  }
}

void EngineReplica::call_on_step(Napi::Env env, Napi::Function on_step, EngineReplica* self, void*) {
  if (env == nullptr || self->replica_ == nullptr) return;  // the environment ends, or close() came first
  on_step.Call({to_js(env, self->replica_->take())});
}

Napi::Value EngineReplica::submit(const Napi::CallbackInfo& info) {
  const auto now = monotonic_seconds();
  auto& replica = open_replica();
  if (!started_) throw Napi::Error::New(info.Env(), "engine.node: the replica does not run");
  auto wanted = std::make_shared<Request>(request(info[0].As<Napi::Object>()));
  wanted->tenant = tenant_meters(cells_.Value(), info[1]);
  replica.announce(wanted->id);
  auto work = [replica = replica_, wanted, now] { return replica->assemble(std::move(*wanted), now); };
  return run<Assembly>(info.Env(), std::move(work));
}

void EngineReplica::cancel(const Napi::CallbackInfo& info) {
  open_replica().cancel(info[0].As<Napi::Number>().Int64Value());
}

/// Keeps the replica that holds the model.
std::shared_ptr<const LlamaModel> EngineReplica::model() const { return {replica_, &open_replica().model()}; }

Napi::Value EngineReplica::tokenize(const Napi::CallbackInfo& info) { return tokenize_text(info, model()); }

Napi::Value EngineReplica::detokenize(const Napi::CallbackInfo& info) {
  return detokenize_tokens(info, model());
}

Napi::Value EngineReplica::apply_template(const Napi::CallbackInfo& info) {
  open_replica();
  auto work = [replica = replica_, chat = chat_prompt(info[0])] { return replica->template_text(chat); };
  return run<std::string>(info.Env(), std::move(work));
}

Napi::Value EngineReplica::tokenize_chat(const Napi::CallbackInfo& info) {
  open_replica();
  auto work = [replica = replica_, chat = chat_prompt(info[0]), with_pieces = info[1].ToBoolean().Value()] {
    Tokenized result{.tokens = replica->chat_tokens(chat)};
    if (with_pieces) result.pieces = pieces_of(replica->model().vocab(), result.tokens);
    return result;
  };
  return run<Tokenized>(info.Env(), std::move(work));
}

/// Resolves when the decode thread has ended and the model is freed. Joining may last one step: not here.
Napi::Value EngineReplica::close(const Napi::CallbackInfo& info) {
  const auto done = Napi::Promise::Deferred::New(info.Env());
  auto join = [replica = replica_] {
    if (replica) replica->close();
  };
  auto self = std::make_shared<Napi::ObjectReference>(Napi::Persistent(info.This().As<Napi::Object>()));
  auto free = [this, self, done] {
    if (end()) Unref();
    replica_.reset();
    done.Resolve(Env().Undefined());
  };
  (new Background(info.Env(), std::move(join), std::move(free)))->Queue();
  return done.Promise();
}

/// True when this call was the one that ended it.
bool EngineReplica::end() {
  if (!std::exchange(started_, false)) return false;
  napi_remove_env_cleanup_hook(Env(), at_environment_end, this);
  remove_running(*replica_);
  replica_->close();
  signal_.Release();
  return true;
}

}  // namespace tacho::engine::addon
