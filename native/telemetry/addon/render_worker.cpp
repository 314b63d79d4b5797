#include "render_worker.hpp"

#include <utility>

#include "../segment_error.hpp"

namespace tacho::telemetry {
namespace {

Napi::Value buffer_of(Napi::Env env, std::unique_ptr<std::string> made) {
  auto* text = made.release();
  return Napi::Buffer<char>::NewOrCopy(
      env, text->data(), text->size(), [](Napi::Env, char*, std::string* kept) { delete kept; }, text);
}

FamilySet* families_of(RenderJob& job) { return job.shown.views ? &job.shown.views->families() : nullptr; }

std::unique_ptr<std::string> text_of(RenderJob& job) {
  job.shown.retired.clear();
  return std::make_unique<std::string>(job.renderer->render(job.format, families_of(job), job.foreign));
}

bool is_short(RenderJob& job) {
  if (!job.foreign.empty() || (job.shown.views && !job.shown.views->is_made())) return false;
  return job.renderer->is_short(job.format, families_of(job));
}

Napi::Value render_now(Napi::Env env, RenderJob& job) {
  const auto text = job.renderer->render(job.format, families_of(job));
  // Copied: 2 us, where an external buffer of this size costs the collector 50 later.
  return Napi::Buffer<char>::Copy(env, text.data(), text.size());
}

}  // namespace

Napi::Value render(Napi::Env env, RenderJob job) {
  if (is_short(job)) return render_now(env, job);
  return RenderWorker::queue(env, std::move(job));
}

RenderWorker::RenderWorker(Napi::Env env, RenderJob job)
    : AsyncWorker(env, "tacho:render"), job_(std::move(job)), deferred_(Napi::Promise::Deferred::New(env)) {}

Napi::Promise RenderWorker::queue(Napi::Env env, RenderJob job) {
  // Deletes itself when it is done.
  std::unique_ptr<RenderWorker> worker(new RenderWorker(env, std::move(job)));
  const auto promise = worker->deferred_.Promise();
  worker.release()->Queue();
  return promise;
}

void RenderWorker::Execute() {
  try {
    text_ = text_of(job_);
  } catch (const SegmentError& error) {
    error_code_ = error.code;
    throw;
  }
}

void RenderWorker::OnOK() { deferred_.Resolve(buffer_of(Env(), std::move(text_))); }

void RenderWorker::OnError(const Napi::Error& error) {
  if (error_code_ != nullptr) error.Set("code", Napi::String::New(Env(), error_code_));
  deferred_.Reject(error.Value());
}

}  // namespace tacho::telemetry
