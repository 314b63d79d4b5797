#pragma once

#include <map>
#include <string>
#include <vector>

#include "schedule.hpp"
#include "session.hpp"

namespace tacho::telemetry::nvml {

/// The memory of a GPU's compute processes, by name: process ids would make series without end, and those of
/// another container mean nothing here. Thread: the reading one.
class ProcessMemory {
 public:
  explicit ProcessMemory(std::vector<std::string> labels);

  void read(Session& session, Device device, Instant now);
  void hide(Recorder& recorder);
  void renew();

 private:
  Return list(Session& session, Device device);
  void show(Session& session);
  Series& series_of(const std::string& process);

  const std::vector<std::string> labels_;
  Schedule schedule_;
  std::vector<ProcessInfo> found_;
  Series count_;
  std::map<std::string, Series> memory_;
};

/// The file name of the program that a command line starts with, as a label shows it; "unknown" for none.
std::string program_of(const std::string& command_line);

}  // namespace tacho::telemetry::nvml
