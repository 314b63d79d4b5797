#pragma once

#include <string>
#include <vector>

#include "gpm_readings.hpp"
#include "gpu_readings.hpp"
#include "mig_instances.hpp"
#include "process_memory.hpp"
#include "returns.hpp"
#include "session.hpp"
#include "xid_counter.hpp"

namespace tacho::telemetry::nvml {

/// One GPU, from when it is first seen on: it may be lost and come back, in another session. Thread: the
/// reading one.
class Gpu {
 public:
  /// `uuid` may be empty, of a GPU that never answered.
  Gpu(unsigned index, std::string uuid);

  bool is(unsigned index, const std::string& uuid) const { return index_ == index && uuid_ == uuid; }
  unsigned index() const { return index_; }
  /// Whether both are names of one GPU: it got another index, or it tells its uuid at last.
  bool is_succeeded_by(const Gpu& other) const;

  /// Takes the GPU up under the handle it has in this session.
  void attach(Session& session, Device device);
  /// The session is to be replaced: what is shown stays until the next one tells.
  void suspend();
  /// Takes the GPU down, and everything away that it showed.
  void detach(Recorder& recorder);
  /// Takes even that away, that it is down.
  void forget(Recorder& recorder);

  bool is_attached() const { return attached_; }
  /// Also when it was lost in this session: its last event may come later.
  bool has_handle(Device device) const { return device_ == device; }

  /// Records what is due; what the GPU's state then is. Only while attached.
  Verdict read(Session& session, Instant now);

  XidCounter& xids() { return xids_; }

 private:
  void show_info(Session& session);

  const unsigned index_;
  const std::string uuid_;
  const std::vector<std::string> labels_;
  Device device_ = nullptr;
  bool attached_ = false;
  Series up_;
  Series info_{Metric::info, {}};
  XidCounter xids_;
  GpuReadings readings_;
  ProcessMemory processes_;
  MigInstances mig_;
  GpmReadings gpm_;
};

}  // namespace tacho::telemetry::nvml
