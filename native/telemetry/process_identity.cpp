#include "process_identity.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace tacho::telemetry {
namespace {

/// Fields after the process name in /proc/<pid>/stat (which may itself hold spaces and parentheses).
constexpr int kStateField = 3;
constexpr int kStartTimeField = 22;

struct Stat {
  char state;
  std::uint64_t start_ticks;
};

std::optional<Stat> read_stat(std::uint32_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  Stat stat{};
  std::string skipped;
  fields >> stat.state;
  for (int field = kStateField + 1; field < kStartTimeField; ++field) fields >> skipped;
  fields >> stat.start_ticks;
  return fields ? std::optional(stat) : std::nullopt;
}

}  // namespace

std::uint64_t boot_hash() {
  static const std::uint64_t hash = [] {
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    std::uint64_t fnv = id.empty() ? 0 : 0xcbf2'9ce4'8422'2325;
    for (const unsigned char c : id) fnv = (fnv ^ c) * 0x100'0000'01b3;
    return fnv;
  }();
  return hash;
}

ProcessIdentity this_process() {
  const auto pid = static_cast<std::uint32_t>(getpid());
  const auto stat = read_stat(pid);
  return {pid, boot_hash() + (stat ? stat->start_ticks : 0)};
}

bool is_alive(const ProcessIdentity& process) {
  if (process.pid == 0) return false;
  if (const auto stat = read_stat(process.pid)) {
    const bool ended = stat->state == 'Z' || stat->state == 'X';
    return !ended && boot_hash() + stat->start_ticks == process.birth;
  }
  // With hidepid, /proc does not show processes of other users; a signal still tells whether they exist.
  return kill(static_cast<pid_t>(process.pid), 0) == 0 || errno == EPERM;
}

}  // namespace tacho::telemetry
