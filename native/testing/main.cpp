#include "check.hpp"

int main() {
  for (const auto& test : tacho::testing::all_tests()) {
    std::printf("%s\n", test.name);
    std::fflush(stdout);
    test.run();
  }
}
