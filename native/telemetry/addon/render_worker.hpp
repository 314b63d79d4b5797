#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <vector>

#include "../render/renderer.hpp"
#include "view_cache.hpp"

namespace tacho::telemetry {

struct RenderJob {
  std::shared_ptr<Renderer> renderer;
  Format format;
  ViewCache::Found shown;  ///< Without views: the metrics themselves.
  std::vector<ForeignFamily> foreign;
};

/// Renders now where that is short, else on a thread of libuv's pool: a Buffer, or a promise of one. Throws,
/// or rejects with, the core's errors.
Napi::Value render(Napi::Env env, RenderJob job);

/// Renders on a thread of libuv's pool. Holds all it needs, so that closing in the meantime does no harm.
class RenderWorker : public Napi::AsyncWorker {
 public:
  static Napi::Promise queue(Napi::Env env, RenderJob job);

 private:
  RenderWorker(Napi::Env env, RenderJob job);
  void Execute() override;
  void OnOK() override;
  void OnError(const Napi::Error& error) override;

  RenderJob job_;
  Napi::Promise::Deferred deferred_;
  std::unique_ptr<std::string> text_;
  const char* error_code_ = nullptr;
};

}  // namespace tacho::telemetry
