#include "running_replicas.hpp"

#include <cstdlib>
#include <mutex>
#include <set>

namespace tacho::engine::addon {

namespace {

struct Running {
  std::mutex mutex;
  std::set<Replica*> replicas;
};

void close_all();

/// Never destroyed: workers may end while the process exits. The handler comes with the first replica that
/// runs, after its model has been computed once, and thus before the destructors of all that ggml has made.
Running& running() {
  static auto* const all = [] {
    std::atexit(close_all);
    return new Running;
  }();
  return *all;
}

void close_all() {
  auto& [mutex, replicas] = running();
  const std::lock_guard lock(mutex);
  for (auto* replica : replicas) replica->close();
}

}  // namespace

void add_running(Replica& replica) {
  auto& [mutex, replicas] = running();
  const std::lock_guard lock(mutex);
  replicas.insert(&replica);
}

void remove_running(Replica& replica) {
  auto& [mutex, replicas] = running();
  const std::lock_guard lock(mutex);
  replicas.erase(&replica);
}

}  // namespace tacho::engine::addon
