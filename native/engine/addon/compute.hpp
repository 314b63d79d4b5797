// Work off the JavaScript thread whose result a promise tells.
#pragma once

#include <napi.h>

#include <functional>
#include <optional>
#include <utility>

#include "../llama/input_error.hpp"
#include "to_js.hpp"

namespace tacho::engine::addon {

/// Computes on a libuv thread and resolves a promise with what `Output` becomes in JavaScript. An InputError
/// rejects it with the properties `code` and `input`.
template <typename Output>
class Compute : public Napi::AsyncWorker {
 public:
  Compute(Napi::Env env, std::function<Output()> work)
      : Napi::AsyncWorker(env), work_(std::move(work)), done_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise promise() const { return done_.Promise(); }

 protected:
  void Execute() override {
    try {
      output_ = work_();
    } catch (const InputError& error) {
      at_fault_ = error;
      throw;
    }
  }
  void OnOK() override { done_.Resolve(to_js(Env(), output_)); }
  void OnError(const Napi::Error& error) override {
    Napi::Object value = error.Value();
    if (at_fault_) {
      value["code"] = name_of(at_fault_->code);
      value["input"] = static_cast<double>(at_fault_->input);
    }
    done_.Reject(value);
  }

 private:
  std::function<Output()> work_;
  Napi::Promise::Deferred done_;
  Output output_;
  std::optional<InputError> at_fault_;
};

template <typename Output>
Napi::Promise run(Napi::Env env, std::function<Output()> work) {
  auto* compute = new Compute<Output>(env, std::move(work));
  compute->Queue();
  return compute->promise();
}

}  // namespace tacho::engine::addon
