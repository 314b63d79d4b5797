// Four floats at once, in the vector types of GCC and Clang: both x86-64 and ARM have registers for them.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

namespace tacho::engine {

using Floats = float __attribute__((vector_size(16)));
using Ints = std::int32_t __attribute__((vector_size(16)));
inline constexpr std::size_t kLanes = 4;

inline Floats load(const float* from) {
  Floats result;
  std::memcpy(&result, from, sizeof result);
  return result;
}

inline Floats all(float value) { return Floats{value, value, value, value}; }

/// A NaN in `a` gives way to `b`.
inline Floats larger(Floats a, Floats b) { return a > b ? a : b; }

}  // namespace tacho::engine
