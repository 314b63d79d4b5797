#pragma once

#include <string>
#include <vector>

#include "schedule.hpp"
#include "session.hpp"

namespace tacho::telemetry::nvml {

/// How busy the parts of a GPU were (NVML's GPM, GPUs since Hopper): means between two samples, so that the
/// first values come with the second reading. Thread: the reading one.
class GpmReadings {
 public:
  explicit GpmReadings(const std::vector<std::string>& labels);

  /// Takes the GPU up in this session, if it has such samples.
  void attach(Session& session, Device device);
  void read(Session& session, Device device);
  /// Takes the gauges away; the next reading is a first one.
  void hide(Recorder& recorder);

 private:
  struct Shown {
    unsigned id;
    Series series;
  };

  void hide_values(Recorder& recorder);
  Return sample(Session& session, Device device, Instant now);
  Return show(Session& session);

  std::vector<Shown> shown_;
  Schedule schedule_;
  GpmSample last_ = nullptr;
  GpmSample next_ = nullptr;
  bool has_last_ = false;
  Instant last_at_{};
};

}  // namespace tacho::telemetry::nvml
