// Replicas whose decode threads must have ended before the process does.
#pragma once

#include "../llama/replica.hpp"

namespace tacho::engine::addon {

/// process.exit() ends the workers, but runs no cleanup hook of the main thread. A decode thread that is
/// still there computes with what ggml's static destructors have freed, so a handler of exit() closes the
/// replicas that are neither ended nor removed. Thread-safe.
void add_running(Replica& replica);
void remove_running(Replica& replica);

}  // namespace tacho::engine::addon
