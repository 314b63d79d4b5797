#include "../../testing/check.hpp"

int main() { return tacho::testing::run_all(); }
