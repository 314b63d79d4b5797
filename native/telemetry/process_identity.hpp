#pragma once

#include <cstdint>

namespace tacho::telemetry {

/// A process, told apart from later ones with its pid by when it began, and from those of earlier boots.
/// Both sides of a comparison must live in one pid namespace.
struct ProcessIdentity {
  std::uint32_t pid = 0;
  std::uint64_t birth = 0;

  bool operator==(const ProcessIdentity&) const = default;
};

/// Hash of the kernel's boot id; 0 where there is none.
std::uint64_t boot_hash();

/// The calling process.
ProcessIdentity this_process();

/// False once the process has ended, be it still a zombie.
bool is_alive(const ProcessIdentity& process);

}  // namespace tacho::telemetry
