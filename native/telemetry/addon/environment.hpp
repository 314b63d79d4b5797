#pragma once

#include <napi.h>

#include <memory>
#include <set>
#include <utility>

#include "../nvml/gpu_reader.hpp"
#include "../segment.hpp"
#include "../segment_error.hpp"

namespace tacho::telemetry {

/// What one JavaScript thread has open. An object that is merely collected keeps its shard, because handles
/// may still write there.
struct Environment {
  Napi::FunctionReference segment_class;
  Napi::FunctionReference shard_class;
  std::set<std::shared_ptr<Shard>> shards;
  std::set<std::shared_ptr<Segment>> created;
  std::set<std::shared_ptr<nvml::GpuReader>> gpu_readers;

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  /// Closes the readers, gives the shards back and removes the files that were created here. For a cleanup
  /// hook, which also runs on worker.terminate(), and then at once, though a rendering under way may keep
  /// this object.
  void close() {
    for (const auto& reader : std::exchange(gpu_readers, {})) reader->close();
    for (const auto& shard : std::exchange(shards, {})) shard->release();
    for (const auto& segment : std::exchange(created, {})) segment->unlink();
  }
};

/// Turns the core's errors into JavaScript's, with their code.
template <typename F>
auto guarded(Napi::Env env, F&& call) {
  try {
    return call();
  } catch (const SegmentError& error) {
    auto thrown = Napi::Error::New(env, error.what());
    thrown.Set("code", Napi::String::New(env, error.code));
    throw thrown;
  }
}

}  // namespace tacho::telemetry
