#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gpu.hpp"
#include "schedule.hpp"
#include "session.hpp"

namespace tacho::telemetry::nvml {

enum class State { starting, running, absent, failed, closed };

const char* name_of(State state);

struct Status {
  State state = State::starting;
  std::string reason;  ///< Why it is absent or failed; while running, what is missing.
};

/// Keeps NVML open and reads every GPU, in ticks, so that a test can drive it. Thread: the reading one, but
/// `status` any.
class Sampler {
 public:
  Sampler(std::string library, Recorder& recorder, Clock clock);

  /// Records what is due.
  void tick();

  /// Nobody will tick.
  void give_up(const std::string& reason) { set_status({.state = State::failed, .reason = reason}); }

  /// Leaves NVML; nothing may follow.
  void end() { session_.reset(); }

  Status status() const;

 private:
  void open();
  Verdict find_gpus();
  Verdict find_gpu(unsigned index);
  Gpu& gpu_at(unsigned index, const std::string& uuid);
  Gpu& gpu_down_at(unsigned index);
  Verdict read_gpus(Instant now);
  void take_xids(Instant now);
  XidCounter& xids_of(Device device);
  void close(Status why);
  void retry_later();
  bool is_complete() const;
  void show_running();
  void set_status(Status status);

  const std::string library_;
  Recorder& recorder_;
  const Clock clock_;
  std::unique_ptr<Session> session_;
  std::vector<std::unique_ptr<Gpu>> gpus_;
  Series devices_{Metric::devices, {}};
  Series last_read_{Metric::last_read, {}};
  Schedule events_{Seconds(0)};
  XidCounter stray_xids_{{"", ""}};
  BackOff back_off_;
  Instant reopen_at_{};
  mutable std::mutex status_mutex_;
  Status status_;
};

}  // namespace tacho::telemetry::nvml
