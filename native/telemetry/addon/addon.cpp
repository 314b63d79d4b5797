#include <napi.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "environment.hpp"
#include "segment_wrap.hpp"
#include "shard_wrap.hpp"

namespace tacho::telemetry {
namespace {

/// `removes`: the file goes with the thread that made it.
Napi::Value wrap(Napi::Env env, std::shared_ptr<Segment> segment, bool removes) {
  const auto handed = Napi::External<std::shared_ptr<Segment>>::New(env, &segment);
  return Environment::of(env).segment_class.New({handed, Napi::Boolean::New(env, removes)});
}

std::uint64_t size_of(const Napi::Object& sizes, const char* name) {
  const double size = sizes.Get(name).As<Napi::Number>().DoubleValue();
  return size >= 1 && size <= 1e15 ? static_cast<std::uint64_t>(size) : 0;
}

Geometry geometry_of(const Napi::Value& value) {
  const auto sizes = value.As<Napi::Object>();
  return {size_of(sizes, "shards"), size_of(sizes, "cellsPerShard"), size_of(sizes, "directoryBytes")};
}

Napi::Value create(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    std::optional<std::string> path;
    if (info[0].IsString()) path = info[0].As<Napi::String>();
    return wrap(info.Env(), Segment::create(path, geometry_of(info[1])), true);
  });
}

Napi::Value attach(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&] { return wrap(info.Env(), Segment::attach(info[0].As<Napi::String>()), false); });
}

Napi::Value adopt(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto* unfit =
        info[2].IsNull() ? nullptr : SegmentWrap::Unwrap(info[2].As<Napi::Object>())->segment();
    auto segment = Segment::adopt(info[0].As<Napi::String>(), geometry_of(info[1]), unfit);
    return wrap(info.Env(), std::move(segment), false);
  });
}

Napi::Value read(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return wrap(info.Env(), Segment::attach(info[0].As<Napi::String>(), Access::read), false);
  });
}

Napi::Value monotonic_seconds(const Napi::CallbackInfo& info) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return Napi::Number::New(info.Env(), std::chrono::duration<double>(now).count());
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment;
  env.SetInstanceData(environment);
  env.AddCleanupHook([](Environment* closing) { closing->close(); }, environment);
  environment->segment_class = Napi::Persistent(SegmentWrap::define_class(env));
  environment->shard_class = Napi::Persistent(ShardWrap::define_class(env));
  exports.Set("create", Napi::Function::New<create>(env, "create"));
  exports.Set("attach", Napi::Function::New<attach>(env, "attach"));
  exports.Set("adopt", Napi::Function::New<adopt>(env, "adopt"));
  exports.Set("read", Napi::Function::New<read>(env, "read"));
  exports.Set("monotonicSeconds", Napi::Function::New<monotonic_seconds>(env, "monotonicSeconds"));
  return exports;
}

}  // namespace
}  // namespace tacho::telemetry

Napi::Object init_telemetry(Napi::Env env, Napi::Object exports) {
  return tacho::telemetry::init(env, exports);
}

NODE_API_MODULE(telemetry, init_telemetry)
