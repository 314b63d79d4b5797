// Classes of characters as automata over the bytes of UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "sequences.hpp"

namespace tacho::engine {

/// Inclusive.
struct CharacterRange {
  std::uint32_t first;
  std::uint32_t last;
};

/// All classes of a grammar; equal ones share their states. Only what is valid UTF-8 is ever matched, and
/// never U+0000, which llama.cpp takes for the end of a text.
class Utf8Automaton {
 public:
  using State = std::uint32_t;
  static constexpr State kNone = 0;  // nothing goes on from here
  static constexpr State kDone = 1;  // the character is complete

  Utf8Automaton();

  State of_character(std::uint32_t character);
  /// Any of `ranges`, or any but those.
  State of_class(std::vector<CharacterRange> ranges, bool negated);

  State step(State state, std::uint8_t byte) const;
  std::size_t bytes() const { return states_.bytes() + characters_.size() * sizeof(*characters_.begin()); }
  /// Bytes that no state tells apart have the same number.
  std::array<std::uint8_t, 256> byte_classes() const;

 private:
  struct Edge {
    std::uint32_t first;
    std::uint32_t last;
    State to;
  };
  std::size_t edges(State state) const { return states_[state].size() / 3; }
  Edge edge(State state, std::size_t index) const {
    const auto numbers = states_[state].subspan(3 * index, 3);
    return {numbers[0], numbers[1], numbers[2]};
  }

  /// A byte of a character: `mark` and, of the character, `mask` above `bits`, which later bytes give.
  struct Place {
    unsigned bits;
    std::uint8_t mark;
    std::uint8_t mask;
  };

  State of_sorted(std::span<const CharacterRange> ranges);
  /// For what `ranges` have within `within`.
  void add_edges(std::vector<Edge>& edges, Place place, CharacterRange within,
                 std::span<const CharacterRange> ranges);
  /// The state behind a byte, where `bits` of the characters `within` are to come.
  State tail(unsigned bits, CharacterRange within, std::span<const CharacterRange> ranges);
  State intern(const std::vector<Edge>& edges);

  Sequences states_;  // each its edges, in order
  std::unordered_map<std::uint32_t, State> characters_;
  std::array<State, 4> any_{kDone, kNone, kNone,
                            kNone};  // by the number of bytes to come; kNone: not yet made
};

}  // namespace tacho::engine
