#include "follower_object.hpp"

#include "../segment_error.hpp"
#include "view_parser.hpp"

namespace tacho::telemetry {

Napi::Object make_follower(Napi::Env env, const std::shared_ptr<Renderer>& renderer,
                           const Napi::Value& views) {
  auto kept = renderer->follow(views_of(views));
  const auto tick = [renderer, kept](const Napi::CallbackInfo&) {
    try {
      renderer->tick(*kept);
    } catch (const SegmentError&) {
      // A damaged directory; who renders is told.
    }
  };
  const auto close = [renderer, kept](const Napi::CallbackInfo&) { renderer->unfollow(kept); };
  auto follower = Napi::Object::New(env);
  follower.Set("tick", Napi::Function::New(env, tick, "tick"));
  follower.Set("close", Napi::Function::New(env, close, "close"));
  return follower;
}

}  // namespace tacho::telemetry
