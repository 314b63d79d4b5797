#include "sampler.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "printable.hpp"

namespace tacho::telemetry::nvml {
namespace {

constexpr unsigned kMostGpus = 256;
/// A storm of errors must not keep us from reading; the rest waits in the driver.
constexpr int kMostEvents = 1000;

}  // namespace

const char* name_of(State state) {
  constexpr std::array kNames{"starting", "running", "absent", "failed", "closed"};
  return kNames[static_cast<std::size_t>(state)];
}

Sampler::Sampler(std::string library, Recorder& recorder, Clock clock)
    : library_(std::move(library)), recorder_(recorder), clock_(std::move(clock)) {}

void Sampler::tick() {
  if (clock_() >= reopen_at_ && !is_complete()) open();
  if (!session_) return;
  const auto now = clock_();
  take_xids(now);
  if (read_gpus(now) == Verdict::library_lost)
    return close({.state = State::failed, .reason = session_->loss()});
  if (is_complete()) back_off_.reset();
  show_running();
}

bool Sampler::is_complete() const {
  return session_ && std::ranges::all_of(gpus_, [](const auto& gpu) { return gpu->is_attached(); });
}

void Sampler::open() {
  for (auto& gpu : gpus_) gpu->suspend();
  // First: the library is to be loaded again, maybe another one.
  session_.reset();
  Absence absence;
  session_ = Session::open(library_, recorder_, clock_, absence);
  if (!session_)
    return close({.state = absence.is_failure ? State::failed : State::absent, .reason = absence.reason});
  if (find_gpus() == Verdict::library_lost)
    return close({.state = State::failed, .reason = session_->loss()});
  if (gpus_.empty()) return close({.state = State::absent, .reason = "NVML found no GPU."});
  for (auto& gpu : gpus_)
    if (!gpu->is_attached()) gpu->detach(recorder_);
  events_ = Schedule(Seconds(0));
  if (!is_complete()) retry_later();
}

Verdict Sampler::find_gpus() {
  unsigned count = 0;
  const auto result = session_->call(kDeviceGetCount, &count);
  if (verdict_of(result) == Verdict::library_lost) return Verdict::library_lost;
  for (unsigned index = 0; index < std::min(count, kMostGpus); ++index)
    if (find_gpu(index) == Verdict::library_lost) return Verdict::library_lost;
  return Verdict::fine;
}

Verdict Sampler::find_gpu(unsigned index) {
  Device device = nullptr;
  std::array<char, 96> uuid{};
  auto result = session_->call(kDeviceGetHandleByIndex, index, &device);
  if (result == Return::no_permission) return Verdict::fine;  // It was given to somebody else.
  const bool has_handle = result == Return::success;
  if (has_handle) result = session_->call(kDeviceGetUuid, device, uuid.data(), uuid.size());
  const auto verdict = verdict_of(result);
  if (!has_handle || verdict >= Verdict::gpu_lost) {
    gpu_down_at(index);
    return verdict;
  }
  auto& gpu = gpu_at(index, printable(uuid.data()));
  gpu.attach(*session_, device);
  std::erase_if(gpus_, [&](auto& other) {
    const bool is_other_name = other->is_succeeded_by(gpu);
    if (is_other_name) other->forget(recorder_);
    return is_other_name;
  });
  return Verdict::fine;
}

Gpu& Sampler::gpu_at(unsigned index, const std::string& uuid) {
  for (auto& gpu : gpus_)
    if (gpu->is(index, uuid)) return *gpu;
  return *gpus_.emplace_back(std::make_unique<Gpu>(index, uuid));
}

Gpu& Sampler::gpu_down_at(unsigned index) {
  for (auto& gpu : gpus_)
    if (gpu->index() == index && !gpu->is_attached()) return *gpu;
  return gpu_at(index, "");
}

Verdict Sampler::read_gpus(Instant now) {
  for (auto& gpu : gpus_) {
    if (!gpu->is_attached()) continue;
    const auto verdict = gpu->read(*session_, now);
    if (recorder_.is_closed() || verdict == Verdict::library_lost) return verdict;
    if (verdict != Verdict::gpu_lost) continue;
    gpu->detach(recorder_);
    retry_later();
  }
  return Verdict::fine;
}

void Sampler::take_xids(Instant now) {
  if (session_->events() == nullptr || !events_.is_due(now)) return;
  const auto before = session_->spent();
  EventData event{};
  auto result = Return::success;
  // Without waiting: the driver keeps the events until we ask.
  for (int taken = 0; taken < kMostEvents && result == Return::success; ++taken) {
    result = session_->call(kEventSetWait, session_->events(), &event, 0U);
    if (result == Return::success && event.type == kXidEvent)
      xids_of(event.device).count(recorder_, event.data, 1);
  }
  events_.note(clock_(), result == Return::timeout ? Return::success : result, session_->spent() - before);
}

XidCounter& Sampler::xids_of(Device device) {
  for (auto& gpu : gpus_)
    if (gpu->has_handle(device)) return gpu->xids();
  return stray_xids_;
}

void Sampler::close(Status why) {
  session_.reset();
  for (auto& gpu : gpus_) {
    gpu->suspend();
    gpu->detach(recorder_);
  }
  recorder_.set(devices_, 0);
  retry_later();
  set_status(std::move(why));
}

void Sampler::retry_later() { reopen_at_ = clock_() + back_off_.next(); }

void Sampler::show_running() {
  const auto up = std::ranges::count_if(gpus_, [](const auto& gpu) { return gpu->is_attached(); });
  recorder_.set(devices_, static_cast<double>(up));
  recorder_.set(last_read_, Seconds(std::chrono::system_clock::now().time_since_epoch()).count());
  auto reason = recorder_.problem();
  const auto lost = static_cast<std::ptrdiff_t>(gpus_.size()) - up;
  if (lost > 0) reason = std::to_string(lost) + " of " + std::to_string(gpus_.size()) + " GPUs lost.";
  set_status({.state = State::running, .reason = std::move(reason)});
}

Status Sampler::status() const {
  const std::lock_guard guard(status_mutex_);
  return status_;
}

void Sampler::set_status(Status status) {
  const std::lock_guard guard(status_mutex_);
  status_ = std::move(status);
}

}  // namespace tacho::telemetry::nvml
