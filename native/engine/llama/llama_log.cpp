#include "llama_log.hpp"

#include <cstdio>
#include <utility>

#include "ggml.h"
#include "llama.h"
#include "log.h"

namespace tacho::engine {

namespace {

/// llama.cpp logs on the thread that called it: replicas that fail at the same time keep their reasons apart.
thread_local std::string first_error;

/// "llama_model_load: error loading model: …\n" → "error loading model: …"
std::string without_prefix(std::string line) {
  if (const auto colon = line.find(": "); colon != std::string::npos && line.find(' ') > colon) {
    line.erase(0, colon + 2);
  }
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

void keep_errors(ggml_log_level level, const char* text, void*) {
  if (level != GGML_LOG_LEVEL_ERROR) return;
  if (first_error.empty()) first_error = without_prefix(text);
}

/// A failed assertion and CUDA's errors end the process with nothing but a line of a source; why is in the
/// log before.
void tell_abort(const char* message) {
  std::fprintf(stderr, "llama.cpp gave up: %s%s%s\n", first_error.c_str(), first_error.empty() ? "" : "; ",
               message);
}

}  // namespace

void capture_llama_log() {
  llama_log_set(keep_errors, nullptr);
  ggml_set_abort_callback(tell_abort);
  common_log_set_verbosity_thold(-1);  // libllama-common has a log of its own
}

std::string take_llama_error() { return std::exchange(first_error, {}); }

}  // namespace tacho::engine
