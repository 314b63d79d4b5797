#include "utf8_automaton.hpp"

#include <algorithm>
#include <array>

namespace tacho::engine {

namespace {

/// The characters of each length, without surrogates.
struct Length {
  CharacterRange characters;
  unsigned bits;      // that the bytes behind the first give
  std::uint8_t mark;  // of the first
};
constexpr std::array kLengths{
    Length{{0x1, 0x7F}, 0, 0x00},          Length{{0x80, 0x7FF}, 6, 0xC0},
    Length{{0x800, 0xD7FF}, 12, 0xE0},     Length{{0xE000, 0xFFFF}, 12, 0xE0},
    Length{{0x10000, 0x10FFFF}, 18, 0xF0},
};
constexpr std::uint32_t kLastCharacter = 0x10FFFF;

std::vector<CharacterRange> sorted(std::vector<CharacterRange> ranges) {
  std::erase_if(ranges, [](const auto& range) { return range.first > range.last; });
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<CharacterRange> merged;
  for (const auto& range : ranges) {
    if (!merged.empty() && range.first <= merged.back().last) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

std::vector<CharacterRange> complement(std::span<const CharacterRange> ranges) {
  std::vector<CharacterRange> rest;
  std::uint32_t next = 0;
  for (const auto& [first, last] : ranges) {
    if (next > kLastCharacter) return rest;
    if (next < first) rest.push_back({next, std::min(first - 1, kLastCharacter)});
    next = std::max(last, last + 1);  // the last of all has no next
  }
  if (next <= kLastCharacter) rest.push_back({next, kLastCharacter});
  return rest;
}

/// Of sorted ranges, those that have a part in `within`.
std::span<const CharacterRange> overlapping(std::span<const CharacterRange> ranges, CharacterRange within) {
  const auto begin = std::lower_bound(ranges.begin(), ranges.end(), within.first,
                                      [](const auto& range, auto value) { return range.last < value; });
  const auto end = std::upper_bound(begin, ranges.end(), within.last,
                                    [](auto value, const auto& range) { return value < range.first; });
  return {begin, end};
}

}  // namespace

Utf8Automaton::Utf8Automaton() {
  states_.intern({});
  states_.intern(std::array{0U});  // kDone: no edges either, but another number
}

Utf8Automaton::State Utf8Automaton::of_character(std::uint32_t character) {
  const auto [place, is_new] = characters_.try_emplace(character, kNone);
  if (is_new) place->second = of_sorted(std::array{CharacterRange{character, character}});
  return place->second;
}

Utf8Automaton::State Utf8Automaton::of_class(std::vector<CharacterRange> ranges, bool negated) {
  ranges = sorted(std::move(ranges));
  return of_sorted(negated ? complement(ranges) : ranges);
}

Utf8Automaton::State Utf8Automaton::of_sorted(std::span<const CharacterRange> ranges) {
  std::vector<Edge> edges;
  for (const auto& [characters, bits, mark] : kLengths) {
    add_edges(edges, {bits, mark, 0x7F}, characters, ranges);
  }
  return intern(edges);
}

void Utf8Automaton::add_edges(std::vector<Edge>& edges, Place place, CharacterRange within,
                              std::span<const CharacterRange> ranges) {
  for (auto next = within.first; next <= within.last;) {
    ranges = overlapping(ranges, {next, within.last});
    if (ranges.empty()) return;
    const auto high = std::max(ranges.front().first, next) >> place.bits;
    const auto base = high << place.bits;
    const CharacterRange below{std::max(base, within.first),
                               std::min(base + (1U << place.bits) - 1, within.last)};
    const auto to = tail(place.bits, below, ranges);
    const auto byte = place.mark | (high & place.mask);
    if (!edges.empty() && edges.back().last + 1 == byte && edges.back().to == to) {
      edges.back().last = byte;
    } else {
      edges.push_back({byte, byte, to});
    }
    next = below.last + 1;
  }
}

Utf8Automaton::State Utf8Automaton::tail(unsigned bits, CharacterRange within,
                                         std::span<const CharacterRange> ranges) {
  if (bits == 0) return kDone;
  const bool whole = within.last - within.first + 1 == 1U << bits;
  const bool any = whole && ranges.front().first <= within.first && within.last <= ranges.front().last;
  auto& made = any_[bits / 6];
  if (any && made != kNone) return made;
  std::vector<Edge> edges;
  add_edges(edges, {bits - 6, 0x80, 0x3F}, within, ranges);
  const auto state = intern(edges);
  if (any) made = state;
  return state;
}

Utf8Automaton::State Utf8Automaton::intern(const std::vector<Edge>& edges) {
  std::vector<std::uint32_t> numbers;
  for (const auto& [first, last, to] : edges) numbers.insert(numbers.end(), {first, last, to});
  return states_.intern(numbers);
}

Utf8Automaton::State Utf8Automaton::step(State state, std::uint8_t byte) const {
  std::size_t begin = 0;
  for (auto end = edges(state); begin < end;) {
    const auto middle = (begin + end) / 2;
    const auto [first, last, to] = edge(state, middle);
    if (first <= byte && byte <= last) return to;
    (byte < first ? end : begin) = byte < first ? middle : middle + 1;
  }
  return kNone;
}

std::array<std::uint8_t, 256> Utf8Automaton::byte_classes() const {
  std::array<bool, 257> begins{};
  for (State state = 0; state < states_.size(); ++state) {
    for (std::size_t i = 0; i < edges(state); ++i) {
      const auto [first, last, to] = edge(state, i);
      begins[first] = begins[last + 1] = true;
    }
  }
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t byte = 1; byte < 256; ++byte) {
    classes[byte] = static_cast<std::uint8_t>(classes[byte - 1] + (begins[byte] ? 1 : 0));
  }
  return classes;
}

}  // namespace tacho::engine
