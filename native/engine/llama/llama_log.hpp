// llama.cpp reports why something failed only through its log.
#pragma once

#include <string>

namespace tacho::engine {

/// From now on llama.cpp's log goes nowhere but here; the last error lines are kept.
void capture_llama_log();
/// The first error line since the last call, without its prefix; empty when there was none. Thread-safe.
std::string take_llama_error();

}  // namespace tacho::engine
