#pragma once

#include <napi.h>

#include <memory>

#include "../segment.hpp"

namespace tacho::telemetry {

/// JavaScript's hold on a shard; `NativeShard` in src/telemetry/segment/native.ts describes it.
class ShardWrap : public Napi::ObjectWrap<ShardWrap> {
 public:
  static Napi::Function define_class(Napi::Env env);

  /// `info[0]` is an External of Claim.
  explicit ShardWrap(const Napi::CallbackInfo& info);

  struct Claim {
    std::shared_ptr<Segment> segment;
    std::shared_ptr<Shard> shard;
  };

 private:
  Napi::Value cells(const Napi::CallbackInfo& info);
  Napi::Value resolve(const Napi::CallbackInfo& info);
  Napi::Value refuse(const Napi::CallbackInfo& info);
  void release(const Napi::CallbackInfo& info);

  Shard& open() const;

  std::shared_ptr<Shard> shard_;
  Napi::Reference<Napi::Float64Array> cells_;
};

}  // namespace tacho::telemetry
