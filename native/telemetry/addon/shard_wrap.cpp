#include "shard_wrap.hpp"

#include <string>
#include <vector>

#include "environment.hpp"

namespace tacho::telemetry {

Napi::Function ShardWrap::define_class(Napi::Env env) {
  return DefineClass(
      env, "NativeShard",
      {InstanceAccessor<&ShardWrap::cells>("cells"), InstanceMethod<&ShardWrap::resolve>("resolve"),
       InstanceMethod<&ShardWrap::refuse>("refuse"), InstanceMethod<&ShardWrap::release>("release")});
}

ShardWrap::ShardWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  const auto& claim = *info[0].As<Napi::External<Claim>>().Data();
  shard_ = claim.shard;
  const auto cells = shard_->cells();
  // The array keeps the mapping: it goes only when JavaScript can no longer write to it.
  auto* keep = new std::shared_ptr<Segment>(claim.segment);
  auto buffer = Napi::ArrayBuffer::New(
      info.Env(), cells.data(), cells.size_bytes(),
      [](Napi::Env, void*, std::shared_ptr<Segment>* kept) { delete kept; }, keep);
  cells_ = Napi::Persistent(Napi::Float64Array::New(info.Env(), cells.size(), buffer, 0));
  Environment::of(info.Env()).shards.insert(shard_);
}

Napi::Value ShardWrap::cells(const Napi::CallbackInfo&) { return cells_.Value(); }

Napi::Value ShardWrap::resolve(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto& shard = open();
    const auto given = info[1].As<Napi::Array>();
    std::vector<std::string> values;
    for (std::uint32_t i = 0; i < given.Length(); ++i)
      values.push_back(given.Get(i).As<Napi::String>().Utf8Value());
    return Napi::Number::New(info.Env(), shard.resolve(info[0].As<Napi::Number>().Uint32Value(), values));
  });
}

Napi::Value ShardWrap::refuse(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return Napi::Number::New(info.Env(), open().refuse(info[0].As<Napi::Number>().Uint32Value()));
  });
}

Shard& ShardWrap::open() const {
  if (!shard_) throw SegmentError("closed", "Expected an open telemetry writer but it is closed.");
  return *shard_;
}

void ShardWrap::release(const Napi::CallbackInfo& info) {
  if (!shard_) return;
  // Detached first: a handle that outlives its writer must not write to the next owner's cells.
  cells_.Value().ArrayBuffer().Detach();
  shard_->release();
  Environment::of(info.Env()).shards.erase(shard_);
  shard_.reset();
}

}  // namespace tacho::telemetry
