#include "render_worker.hpp"

#include <utility>

#include "../segment_error.hpp"

namespace tacho::telemetry {

RenderWorker::RenderWorker(Napi::Env env, RenderJob job)
    : AsyncWorker(env, "tacho:render"), job_(std::move(job)), deferred_(Napi::Promise::Deferred::New(env)) {}

void RenderWorker::Execute() {
  try {
    auto& [renderer, format, views, foreign] = job_;
    text_ = std::make_unique<std::string>(renderer->render(format, views.get(), foreign));
  } catch (const SegmentError& error) {
    error_code_ = error.code;
    throw;
  }
}

void RenderWorker::OnOK() {
  auto* text = text_.release();
  deferred_.Resolve(Napi::Buffer<char>::NewOrCopy(
      Env(), text->data(), text->size(), [](Napi::Env, char*, std::string* kept) { delete kept; }, text));
}

void RenderWorker::OnError(const Napi::Error& error) {
  if (error_code_ != nullptr) error.Set("code", Napi::String::New(Env(), error_code_));
  deferred_.Reject(error.Value());
}

}  // namespace tacho::telemetry
