#include <napi.h>

#include <memory>
#include <optional>
#include <string>

#include "environment.hpp"
#include "segment_wrap.hpp"
#include "shard_wrap.hpp"

namespace tacho::telemetry {
namespace {

Napi::Value wrap(Napi::Env env, std::shared_ptr<Segment> segment, bool created) {
  const auto handed = Napi::External<std::shared_ptr<Segment>>::New(env, &segment);
  return Environment::of(env).segment_class.New({handed, Napi::Boolean::New(env, created)});
}

std::uint64_t size_of(const Napi::Object& sizes, const char* name) {
  const double size = sizes.Get(name).As<Napi::Number>().DoubleValue();
  return size >= 1 && size <= 1e15 ? static_cast<std::uint64_t>(size) : 0;
}

Napi::Value create(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    std::optional<std::string> path;
    if (info[0].IsString()) path = info[0].As<Napi::String>();
    const auto sizes = info[1].As<Napi::Object>();
    const Geometry geometry{size_of(sizes, "shards"), size_of(sizes, "cellsPerShard"),
                            size_of(sizes, "directoryBytes")};
    return wrap(info.Env(), Segment::create(path, geometry), true);
  });
}

Napi::Value attach(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&] { return wrap(info.Env(), Segment::attach(info[0].As<Napi::String>()), false); });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment;
  env.SetInstanceData(environment);
  env.AddCleanupHook([](Environment* closing) { closing->close(); }, environment);
  environment->segment_class = Napi::Persistent(SegmentWrap::define_class(env));
  environment->shard_class = Napi::Persistent(ShardWrap::define_class(env));
  exports.Set("create", Napi::Function::New<create>(env, "create"));
  exports.Set("attach", Napi::Function::New<attach>(env, "attach"));
  return exports;
}

}  // namespace
}  // namespace tacho::telemetry

Napi::Object init_telemetry(Napi::Env env, Napi::Object exports) {
  return tacho::telemetry::init(env, exports);
}

NODE_API_MODULE(telemetry, init_telemetry)
