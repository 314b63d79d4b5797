#include "xid_counter.hpp"

#include <utility>

namespace tacho::telemetry::nvml {
namespace {

/// Those that tell of broken hardware, a broken driver, or a program's fault on the GPU.
constexpr unsigned long long kFamiliar[] = {13, 31, 43, 45, 48, 61, 62, 63, 64, 74, 79, 92, 94, 95, 119, 120};

}  // namespace

XidCounter::XidCounter(std::vector<std::string> labels) : labels_(std::move(labels)) {}

void XidCounter::expect(Session& session, Device device) {
  if (session.events() == nullptr) return;
  if (session.call(kDeviceRegisterEvents, device, kXidEvent, session.events()) != Return::success) return;
  for (const auto code : kFamiliar) count(session.recorder(), code, 0);
}

void XidCounter::count(Recorder& recorder, unsigned long long code, double times) {
  const auto [entry, fresh] = by_code_.try_emplace(code);
  if (fresh) {
    auto labels = labels_;
    labels.push_back(std::to_string(code));
    entry->second = {Metric::xid_errors, std::move(labels)};
  }
  recorder.add(entry->second, times);
}

}  // namespace tacho::telemetry::nvml
