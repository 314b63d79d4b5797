// llama.cpp reports why something failed only through its log.
#pragma once

#include <string>

namespace tacho::engine {

/// From now on llama.cpp's log goes nowhere but here; each thread's first error line is kept. It is written
/// to standard error where llama.cpp ends the process.
void capture_llama_log();
/// The first error line of this thread since its last call, without its prefix; empty when there was none.
std::string take_llama_error();

}  // namespace tacho::engine
