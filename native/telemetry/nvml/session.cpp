#include "session.hpp"

#include <array>
#include <utility>

#include "printable.hpp"
#include "returns.hpp"

namespace tacho::telemetry::nvml {
namespace {

/// Anything else may be mended, and is somebody's fault.
bool is_absence(Return result) {
  return result == Return::driver_not_loaded || result == Return::library_not_found ||
         result == Return::gpu_not_found;
}

}  // namespace

std::unique_ptr<Session> Session::open(const std::string& path, Recorder& recorder, const Clock& clock,
                                       Absence& absence) {
  absence = {};
  auto library = Library::open(path, absence.reason);
  if (!library) return nullptr;
  std::unique_ptr<Session> session(new Session(std::move(library), recorder, clock));
  const auto result = session->call(kInit);
  if (result != Return::success) {
    absence = {.is_failure = !is_absence(result), .reason = std::string(kInit.name) + ": " + name_of(result)};
    return nullptr;
  }
  session->initialised_ = true;
  session->read_versions();
  if (session->call(kEventSetCreate, &session->events_) != Return::success) session->events_ = nullptr;
  return session;
}

Session::Session(std::unique_ptr<Library> library, Recorder& recorder, const Clock& clock)
    : library_(std::move(library)), recorder_(recorder), clock_(clock) {}

Session::~Session() {
  for (auto* const sample : samples_) invoke(kGpmSampleFree, sample);
  if (events_ != nullptr) invoke(kEventSetFree, events_);
  if (initialised_) invoke(kShutdown);
}

GpmSample Session::allocate_sample() {
  GpmSample sample = nullptr;
  if (call(kGpmSampleAlloc, &sample) != Return::success || sample == nullptr) return nullptr;
  return samples_.emplace_back(sample);
}

std::string Session::text(const Function<Device, Text, unsigned>& function, Device device) {
  std::array<char, 96> text{};
  const auto result = call(function, device, text.data(), text.size() - 1);
  return result == Return::success ? printable(text.data()) : "";
}

std::string Session::loss() const {
  return lost_call_ == nullptr ? "" : std::string(lost_call_) + ": " + name_of(lost_result_);
}

void Session::read_versions() {
  std::array<char, 80> text{};
  if (call(kSystemGetDriverVersion, text.data(), text.size()) == Return::success)
    driver_version_ = printable(text.data());
  int version = 0;
  if (call(kSystemGetCudaDriverVersion, &version) == Return::success)
    cuda_version_ = std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

Session::Callee& Session::find(const char* name, const char* earlier_name) {
  const auto known = callees_.find(name);
  if (known != callees_.end()) return known->second;
  Callee callee{library_->find(name, earlier_name), {Metric::nvml_call_duration, {name}}, {}};
  return callees_.emplace(name, std::move(callee)).first->second;
}

void Session::note(Callee& callee, const char* name, Return result, Seconds took) {
  spent_ += took;
  recorder_.add(time_, took.count());
  recorder_.observe(callee.duration, took.count());
  if (verdict_of(result) >= Verdict::gpu_lost) {
    lost_call_ = name;
    lost_result_ = result;
  }
  const auto [series, fresh] = callee.calls.try_emplace(result);
  if (fresh) series->second = {Metric::nvml_calls, {name, name_of(result)}};
  recorder_.add(series->second, 1);
}

}  // namespace tacho::telemetry::nvml
