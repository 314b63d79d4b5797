#include "gpu.hpp"

#include <utility>

#include "printable.hpp"

namespace tacho::telemetry::nvml {
namespace {

std::string pci_bus_id_of(Session& session, Device device) {
  PciInfo pci{};
  const auto result = session.call(kDeviceGetPciInfo, device, &pci);
  return result == Return::success ? printable(pci.bus_id) : "";
}

}  // namespace

Gpu::Gpu(unsigned index, std::string uuid)
    : index_(index),
      uuid_(std::move(uuid)),
      labels_{std::to_string(index), uuid_},
      up_{Metric::up, labels_},
      xids_(labels_),
      readings_(labels_),
      processes_(labels_),
      mig_(labels_),
      gpm_(labels_) {}

bool Gpu::is_succeeded_by(const Gpu& other) const {
  if (&other == this) return false;
  return uuid_.empty() ? index_ == other.index_ : uuid_ == other.uuid_;
}

void Gpu::attach(Session& session, Device device) {
  device_ = device;
  attached_ = true;
  readings_.renew();
  processes_.renew();
  mig_.renew();
  gpm_.attach(session, device);
  show_info(session);
  xids_.expect(session, device);
  session.recorder().set(up_, 1);
}

void Gpu::suspend() {
  device_ = nullptr;
  attached_ = false;
}

void Gpu::detach(Recorder& recorder) {
  attached_ = false;
  readings_.hide(recorder);
  processes_.hide(recorder);
  mig_.hide(recorder);
  gpm_.hide(recorder);
  recorder.hide(info_);
  recorder.set(up_, 0);
}

void Gpu::forget(Recorder& recorder) { recorder.hide(up_); }

Verdict Gpu::read(Session& session, Instant now) {
  const auto verdict = readings_.read(session, device_, now);
  if (verdict >= Verdict::gpu_lost) return verdict;
  mig_.read(session, device_, now);
  // Of a partitioned GPU as a whole there are no samples, and after asking R535 is said to tell its memory no
  // more.
  if (mig_.is_enabled())
    gpm_.hide(session.recorder());
  else
    gpm_.read(session, device_);
  processes_.read(session, device_, now);
  return verdict;
}

void Gpu::show_info(Session& session) {
  auto labels = labels_;
  labels.insert(labels.end(),
                {session.text(kDeviceGetName, device_), session.text(kDeviceGetSerial, device_),
                 pci_bus_id_of(session, device_), session.driver_version(), session.cuda_version()});
  if (labels != info_.labels) {
    session.recorder().hide(info_);
    info_ = {Metric::info, std::move(labels)};
  }
  session.recorder().set(info_, 1);
}

}  // namespace tacho::telemetry::nvml
