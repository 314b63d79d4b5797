#include "process_identity.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
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

/// By bare system calls, 7 us: each rendering asks for every other process that writes, and a stream
/// takes 22.
std::optional<Stat> read_stat(std::uint32_t pid) {
  const int file = open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  char text[2048];
  const auto length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return std::nullopt;
  text[length] = '\0';
  const char* at = std::strrchr(text, ')');
  if (at == nullptr || at[1] != ' ') return std::nullopt;
  Stat stat{at[2], 0};
  for (int field = kStateField; at != nullptr && field <= kStartTimeField; ++field)
    at = std::strchr(at + 1, ' ');
  if (at == nullptr) return std::nullopt;
  stat.start_ticks = std::strtoull(at, nullptr, 10);
  return stat;
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
  // Kept, since every rendering asks; a forked child has another pid.
  thread_local ProcessIdentity self;
  const auto pid = static_cast<std::uint32_t>(getpid());
  if (self.pid != pid) {
    const auto stat = read_stat(pid);
    self = {pid, boot_hash() + (stat ? stat->start_ticks : 0)};
  }
  return self;
}

bool is_alive(const ProcessIdentity& process) {
  if (process.pid == 0) return false;
  if (const auto self = this_process(); process.pid == self.pid) return process == self;
  if (const auto stat = read_stat(process.pid)) {
    const bool ended = stat->state == 'Z' || stat->state == 'X';
    return !ended && boot_hash() + stat->start_ticks == process.birth;
  }
  // With hidepid, /proc does not show processes of other users; a signal still tells whether they exist.
  return kill(static_cast<pid_t>(process.pid), 0) == 0 || errno == EPERM;
}

}  // namespace tacho::telemetry
