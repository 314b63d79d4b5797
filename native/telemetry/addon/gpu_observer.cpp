#include "gpu_observer.hpp"

#include <utility>

#include "environment.hpp"

namespace tacho::telemetry {
namespace {

using nvml::GpuReader;

Napi::Object state_of(Napi::Env env, const GpuReader& reader) {
  const auto status = reader.status();
  auto state = Napi::Object::New(env);
  state.Set("status", nvml::name_of(status.state));
  state.Set("reason", status.reason);
  return state;
}

}  // namespace

Napi::Object make_gpu_observer(Napi::Env env, std::shared_ptr<Segment> segment,
                               const Napi::CallbackInfo& info) {
  const auto milliseconds = info[0].As<Napi::Number>().DoubleValue();
  const auto reader = GpuReader::start(std::move(segment), {.library = info[1].As<Napi::String>(),
                                                            .interval = nvml::Seconds(milliseconds / 1000)});
  Environment::of(env).gpu_readers.insert(reader);
  auto observer = Napi::Object::New(env);
  const auto state = [reader](const Napi::CallbackInfo& call) { return state_of(call.Env(), *reader); };
  const auto close = [reader](const Napi::CallbackInfo& call) {
    reader->close();
    Environment::of(call.Env()).gpu_readers.erase(reader);
  };
  observer.Set("state", Napi::Function::New(env, state, "state"));
  observer.Set("close", Napi::Function::New(env, close, "close"));
  return observer;
}

}  // namespace tacho::telemetry
