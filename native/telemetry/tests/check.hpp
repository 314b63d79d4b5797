#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace tacho::telemetry::tests {

struct Test {
  const char* name;
  std::function<void()> run;
};

inline std::vector<Test>& all_tests() {
  static std::vector<Test> tests;
  return tests;
}

struct Registration {
  Registration(const char* name, std::function<void()> run) { all_tests().push_back({name, std::move(run)}); }
};

}  // namespace tacho::telemetry::tests

/// Ends the process at once: a failed check in a thread or a forked child must not be lost.
#define CHECK(condition)                                                            \
  do {                                                                              \
    if (!(condition)) {                                                             \
      std::fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                 \
    }                                                                               \
  } while (false)

#define CHECK_EQUAL(actual, expected)                                                                       \
  do {                                                                                                      \
    const auto got = (actual);                                                                              \
    const decltype(got) wanted = (expected);                                                                \
    if (got != wanted) {                                                                                    \
      std::fprintf(stderr, "%s:%d: expected %s to be\n%s\nbut received\n%s\n", __FILE__, __LINE__, #actual, \
                   ::tacho::telemetry::tests::shown(wanted).c_str(),                                        \
                   ::tacho::telemetry::tests::shown(got).c_str());                                          \
      std::abort();                                                                                         \
    }                                                                                                       \
  } while (false)

#define TEST(identifier)                                                                                   \
  static void identifier();                                                                                \
  static const ::tacho::telemetry::tests::Registration identifier##_registration(#identifier, identifier); \
  static void identifier()

namespace tacho::telemetry::tests {

inline std::string shown(const std::string& text) { return text; }
inline std::string shown(double number) { return std::to_string(number); }

}  // namespace tacho::telemetry::tests
