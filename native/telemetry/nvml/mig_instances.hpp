#pragma once

#include <map>
#include <string>
#include <vector>

#include "schedule.hpp"
#include "session.hpp"

namespace tacho::telemetry::nvml {

/// The partitions (MIG instances) of a GPU: which there are, and their memory. Thread: the reading one.
class MigInstances {
 public:
  explicit MigInstances(std::vector<std::string> labels);

  void read(Session& session, Device device, Instant now);
  void hide(Recorder& recorder);
  /// The handles are those of an earlier session: looks for the partitions before it reads them again.
  void renew();
  /// When last read, which is true before any partition is made.
  bool is_enabled() const { return is_enabled_; }

 private:
  /// What a partition shows; kept for those that are gone, as their numbers come again.
  struct Shown {
    explicit Shown(const std::vector<std::string>& labels);

    Series total;
    Series used;
    Series free;
    Series reserved;
  };

  struct Instance {
    Device device;
    Shown* shown;
    Series info;
  };

  Return find(Session& session, Device device);
  void add(Session& session, Device instance);
  void forget(Recorder& recorder);
  static void hide_all_but(const std::vector<Instance>& kept, std::vector<Instance>&& gone,
                           Recorder& recorder);
  bool read_memory(Session& session, Instance& instance);

  const std::vector<std::string> labels_;
  Schedule schedule_;
  bool is_enabled_ = false;
  Series enabled_;
  std::map<std::string, Shown> shown_;
  std::vector<Instance> instances_;
};

}  // namespace tacho::telemetry::nvml
