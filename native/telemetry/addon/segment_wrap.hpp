#pragma once

#include <napi.h>

#include <memory>

#include "../render/renderer.hpp"
#include "../segment.hpp"
#include "view_cache.hpp"

namespace tacho::telemetry {

/// JavaScript's hold on a segment; `NativeSegment` in src/telemetry/segment/native.ts describes it.
class SegmentWrap : public Napi::ObjectWrap<SegmentWrap> {
 public:
  static Napi::Function define_class(Napi::Env env);

  /// `info[0]` is an External of std::shared_ptr<Segment>, `info[1]` whether its file is to be removed by
  /// this side.
  explicit SegmentWrap(const Napi::CallbackInfo& info);

  /// Null once closed.
  const Segment* segment() const { return segment_.get(); }

 private:
  Napi::Value path(const Napi::CallbackInfo& info);
  Napi::Value define(const Napi::CallbackInfo& info);
  Napi::Value claim(const Napi::CallbackInfo& info);
  Napi::Value render(const Napi::CallbackInfo& info);
  Napi::Value observe_gpu(const Napi::CallbackInfo& info);
  Napi::Value follow(const Napi::CallbackInfo& info);
  void unlink(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  Segment& open() const;

  std::shared_ptr<Segment> segment_;
  std::shared_ptr<Renderer> renderer_;
  ViewCache views_;
  bool removes_;
};

}  // namespace tacho::telemetry
