#include "mig_instances.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "readings.hpp"

namespace tacho::telemetry::nvml {
namespace {

/// Partitions come and go by an administrator's hand.
constexpr Seconds kPeriod{10};
/// No GPU has more than 7; a damaged answer must not keep us.
constexpr unsigned kMostInstances = 64;

std::vector<std::string> joined(std::vector<std::string> labels, std::initializer_list<std::string> more) {
  labels.insert(labels.end(), more);
  return labels;
}

}  // namespace

MigInstances::Shown::Shown(const std::vector<std::string>& labels)
    : total{Metric::mig_memory_total, labels},
      used{Metric::mig_memory_used, labels},
      free{Metric::mig_memory_free, labels},
      reserved{Metric::mig_memory_reserved, labels} {}

MigInstances::MigInstances(std::vector<std::string> labels)
    : labels_(std::move(labels)), schedule_(kPeriod), enabled_{Metric::mig_enabled, labels_} {}

void MigInstances::renew() { schedule_ = Schedule(kPeriod); }

void MigInstances::hide(Recorder& recorder) {
  recorder.hide(enabled_);
  forget(recorder);
}

void MigInstances::forget(Recorder& recorder) { hide_all_but({}, std::exchange(instances_, {}), recorder); }

void MigInstances::hide_all_but(const std::vector<Instance>& kept, std::vector<Instance>&& gone,
                                Recorder& recorder) {
  for (auto& old : gone) {
    const auto is_info = [&](const Instance& other) { return other.info.labels == old.info.labels; };
    const auto is_shown = [&](const Instance& other) { return other.shown == old.shown; };
    if (std::ranges::none_of(kept, is_info)) recorder.hide(old.info);
    if (std::ranges::any_of(kept, is_shown)) continue;
    for (auto* series : {&old.shown->total, &old.shown->used, &old.shown->free, &old.shown->reserved})
      recorder.hide(*series);
  }
}

void MigInstances::read(Session& session, Device device, Instant now) {
  if (schedule_.is_due(now)) {
    const auto before = session.spent();
    const auto result = find(session, device);
    if (result != Return::success) hide(session.recorder());
    schedule_.note(session.now(), result, session.spent() - before);
  }
  for (auto& instance : instances_) {
    if (read_memory(session, instance)) continue;
    // A handle goes with its partition, and another partition may get it: look again before the next use.
    forget(session.recorder());
    return;
  }
}

Return MigInstances::find(Session& session, Device device) {
  unsigned mode = 0;
  unsigned pending = 0;
  auto result = session.call(kDeviceGetMigMode, device, &mode, &pending);
  if (result != Return::success) return result;
  is_enabled_ = mode == kMigEnabled;
  session.recorder().set(enabled_, is_enabled_ ? 1 : 0);
  unsigned most = 0;
  if (is_enabled_) result = session.call(kDeviceGetMaxMigDeviceCount, device, &most);
  auto before = std::exchange(instances_, {});
  for (unsigned i = 0; i < std::min(most, kMostInstances); ++i) {
    Device instance = nullptr;
    if (session.call(kDeviceGetMigDeviceHandleByIndex, device, i, &instance) == Return::success)
      add(session, instance);
  }
  hide_all_but(instances_, std::move(before), session.recorder());
  return result;
}

void MigInstances::add(Session& session, Device instance) {
  unsigned gpu_instance = 0;
  unsigned compute_instance = 0;
  if (session.call(kDeviceGetGpuInstanceId, instance, &gpu_instance) != Return::success) return;
  if (session.call(kDeviceGetComputeInstanceId, instance, &compute_instance) != Return::success) return;
  const auto gpu_id = std::to_string(gpu_instance);
  const auto compute_id = std::to_string(compute_instance);
  const auto labels = joined(labels_, {gpu_id, compute_id});
  auto& shown = shown_.try_emplace(gpu_id + "/" + compute_id, labels).first->second;
  Series info{Metric::mig_info, joined(labels, {session.text(kDeviceGetUuid, instance),
                                                session.text(kDeviceGetName, instance)})};
  session.recorder().set(info, 1);
  instances_.push_back({instance, &shown, std::move(info)});
}

bool MigInstances::read_memory(Session& session, Instance& instance) {
  Values bytes{};
  if (read_source(session, instance.device, Source::memory, bytes) != Return::success) return false;
  session.recorder().set(instance.shown->total, bytes[0]);
  session.recorder().set(instance.shown->used, bytes[1]);
  session.recorder().set(instance.shown->free, bytes[2]);
  if (!std::isnan(bytes[3])) session.recorder().set(instance.shown->reserved, bytes[3]);
  return true;
}

}  // namespace tacho::telemetry::nvml
