#include "process_memory.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "printable.hpp"
#include "returns.hpp"

namespace tacho::telemetry::nvml {
namespace {

/// The call takes milliseconds, in which the driver may hold up other work of the GPU.
constexpr Seconds kPeriod{30};
constexpr std::size_t kMostProcesses = 1024;
constexpr std::size_t kMostNames = 32;
constexpr std::size_t kLongestName = 64;
constexpr const char* kUnknown = "unknown";
constexpr const char* kOther = "other";  ///< Takes the processes for whose names there is no room.

std::string program_of_process(Session& session, unsigned pid) {
  std::array<char, 1024> name{};
  const auto result = session.call(kSystemGetProcessName, pid, name.data(), name.size() - 1);
  return program_of(result == Return::success ? name.data() : "");
}

}  // namespace

std::string program_of(const std::string& command_line) {
  auto program = command_line.substr(0, command_line.find(' '));
  program = printable(program.substr(program.rfind('/') + 1).substr(0, kLongestName));
  return program.empty() ? kUnknown : program;
}

ProcessMemory::ProcessMemory(std::vector<std::string> labels)
    : labels_(std::move(labels)), schedule_(kPeriod), found_(64), count_{Metric::processes, labels_} {}

void ProcessMemory::renew() { schedule_ = Schedule(kPeriod); }

void ProcessMemory::hide(Recorder& recorder) {
  recorder.hide(count_);
  for (auto& [name, series] : memory_) recorder.hide(series);
}

void ProcessMemory::read(Session& session, Device device, Instant now) {
  if (!schedule_.is_due(now)) return;
  const auto before = session.spent();
  const auto result = list(session, device);
  if (result == Return::success)
    show(session);
  else
    hide(session.recorder());
  schedule_.note(session.now(), result, session.spent() - before);
}

/// Leaves in `found_` as many as there are.
Return ProcessMemory::list(Session& session, Device device) {
  found_.resize(found_.capacity());
  auto count = static_cast<unsigned>(found_.size());
  auto result = session.call(kDeviceGetComputeRunningProcesses, device, &count, found_.data());
  if (result == Return::insufficient_size && count <= kMostProcesses) {
    found_.resize(std::size_t{count} * 2);
    count = static_cast<unsigned>(found_.size());
    result = session.call(kDeviceGetComputeRunningProcesses, device, &count, found_.data());
  }
  if (result == Return::success) found_.resize(std::min<std::size_t>(count, found_.size()));
  return result;
}

void ProcessMemory::show(Session& session) {
  std::map<std::string, double> bytes;
  for (const auto& process : found_)
    if (process.used_bytes != kNotAvailable)
      bytes[series_of(program_of_process(session, process.pid)).labels.back()] +=
          static_cast<double>(process.used_bytes);
  for (auto& [name, series] : memory_) {
    const auto sum = bytes.find(name);
    if (sum == bytes.end())
      session.recorder().hide(series);
    else
      session.recorder().set(series, sum->second);
  }
  session.recorder().set(count_, static_cast<double>(found_.size()));
}

Series& ProcessMemory::series_of(const std::string& process) {
  const auto known = memory_.find(process);
  if (known != memory_.end()) return known->second;
  const std::string name = memory_.size() < kMostNames ? process : kOther;
  auto labels = labels_;
  labels.push_back(name);
  return memory_.try_emplace(name, Series{Metric::process_memory, std::move(labels)}).first->second;
}

}  // namespace tacho::telemetry::nvml
