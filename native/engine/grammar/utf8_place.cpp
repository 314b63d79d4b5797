#include "utf8_place.hpp"

namespace tacho::engine {

Utf8Place next_place(Utf8Place place, std::uint8_t byte) {
  const auto within = [byte](unsigned first, unsigned last, Utf8Place next) {
    return first <= byte && byte <= last ? next : Utf8Place::invalid;
  };
  switch (place) {
    case Utf8Place::one_left:
      return within(0x80, 0xBF, Utf8Place::between);
    case Utf8Place::two_left:
      return within(0x80, 0xBF, Utf8Place::one_left);
    case Utf8Place::three_left:
      return within(0x80, 0xBF, Utf8Place::two_left);
    case Utf8Place::e0:
      return within(0xA0, 0xBF, Utf8Place::one_left);
    case Utf8Place::ed:
      return within(0x80, 0x9F, Utf8Place::one_left);
    case Utf8Place::f0:
      return within(0x90, 0xBF, Utf8Place::two_left);
    case Utf8Place::f4:
      return within(0x80, 0x8F, Utf8Place::two_left);
    case Utf8Place::between:
    case Utf8Place::invalid:
      break;
  }
  if (byte < 0x80) return Utf8Place::between;
  if (place == Utf8Place::invalid || byte < 0xC2 || byte > 0xF4) return Utf8Place::invalid;
  if (byte < 0xE0) return Utf8Place::one_left;
  if (byte == 0xE0) return Utf8Place::e0;
  if (byte == 0xED) return Utf8Place::ed;
  if (byte < 0xF0) return Utf8Place::two_left;
  if (byte == 0xF0) return Utf8Place::f0;
  return byte == 0xF4 ? Utf8Place::f4 : Utf8Place::three_left;
}

}  // namespace tacho::engine
