#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <vector>

namespace tacho::testing {

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

template <typename T>
std::string shown(const T& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace tacho::testing

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
                   ::tacho::testing::shown(wanted).c_str(), ::tacho::testing::shown(got).c_str());          \
      std::abort();                                                                                         \
    }                                                                                                       \
  } while (false)

#define TEST(identifier)                                                                          \
  static void identifier();                                                                       \
  static const ::tacho::testing::Registration identifier##_registration(#identifier, identifier); \
  static void identifier()
