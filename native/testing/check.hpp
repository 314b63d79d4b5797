// The little that the native tests need of a test framework: they run under sanitizers, without one to
// install.
#pragma once

#include <cstdio>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace tacho::testing {

struct Test {
  const char* name;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline int& failures() {
  static int count = 0;
  return count;
}

struct Register {
  Register(const char* name, std::function<void()> body) { tests().push_back({name, std::move(body)}); }
};

template <typename A, typename B>
void check_equal(const A& actual, const B& expected, const char* what, const char* file, int line) {
  if (actual == expected) return;
  std::ostringstream message;
  message << file << ':' << line << ": " << what << ": expected " << expected << ", received " << actual;
  std::fprintf(stderr, "%s\n", message.str().c_str());
  ++failures();
}

/// Runs every registered test; the exit code says whether all checks held.
inline int run_all() {
  int failed = 0;
  for (const auto& test : tests()) {
    failures() = 0;
    test.body();
    failed += failures() > 0 ? 1 : 0;
    std::printf("%s %s\n", failures() > 0 ? "FAILED" : "ok", test.name);
  }
  std::printf("%zu tests, %d failed\n", tests().size(), failed);
  return failed > 0 ? 1 : 0;
}

}  // namespace tacho::testing

#define TEST(name)                                                     \
  static void name();                                                  \
  static const tacho::testing::Register register_##name(#name, &name); \
  static void name()
#define CHECK(condition) tacho::testing::check_equal(bool(condition), true, #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(actual, expected) \
  tacho::testing::check_equal((actual), (expected), #actual, __FILE__, __LINE__)
