// UTF-8, byte by byte.
#pragma once

#include <cstdint>

namespace tacho::engine {

/// How far a text is within a character. Behind what is no UTF-8, it is invalid until the next ASCII byte.
enum class Utf8Place : std::uint8_t { between, one_left, two_left, three_left, e0, ed, f0, f4, invalid };

Utf8Place next_place(Utf8Place place, std::uint8_t byte);

}  // namespace tacho::engine
