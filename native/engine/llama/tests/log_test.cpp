// What llama.cpp says before it ends the process is the only word of why.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "ggml.h"
#include "stand.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

/// As CUDA's back end does: an error in the log, and then the end with a line of a source alone.
[[noreturn]] void fail_as_cuda() {
  llama_model_load_from_file("/no/such.gguf", llama_model_default_params());
  ggml_abort("ggml-cuda.cu", 109, "%s", "CUDA error");
}

/// What a child that runs `work` writes to standard error until SIGABRT ends it.
template <typename Work>
std::string last_words(Work work) {
  std::array<int, 2> ends{};
  CHECK(pipe(ends.data()) == 0);
  const auto child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    work();
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 512> part{};
  for (ssize_t length; (length = read(ends[0], part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(length));
  }
  close(ends[0]);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  return text;
}

}  // namespace

TEST(an_abort_tells_the_error_before_it) {
  model_file("llama");
  const auto words = last_words(fail_as_cuda);
  CHECK(words.starts_with("llama.cpp gave up: "));
  CHECK(words.find("/no/such.gguf") != std::string::npos);
  CHECK(words.ends_with("; ggml-cuda.cu:109: CUDA error\n"));
}

TEST(an_abort_without_an_error_tells_itself) {
  model_file("llama");
  const auto words = last_words([] { ggml_abort("a.cpp", 1, "%s", "GGML_ASSERT(x) failed"); });
  CHECK(words == "llama.cpp gave up: a.cpp:1: GGML_ASSERT(x) failed\n");
}
