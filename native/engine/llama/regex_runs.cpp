#include "regex_runs.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace tacho::engine {

namespace {

/// What a character may be for a regular expression, as bits.
using Kinds = std::uint8_t;
constexpr Kinds kLetter = 1;
constexpr Kinds kDigit = 2;
constexpr Kinds kSign = 4;
constexpr Kinds kBlank = 8;
constexpr Kinds kAsciiDigit = 16;  // std::regex's own \d
constexpr Kinds kAny = kLetter | kDigit | kSign;

struct Range {
  char32_t first;
  char32_t last;
  Kinds kinds;
};

/// Beyond ASCII, in order. Characters in none of these may be anything but blanks, so that they prolong a run
/// of letters as well as one of signs: told apart is only what is needed for ordinary text to have short
/// runs.
constexpr std::array kRanges{
    Range{0x85, 0x85, kBlank},      Range{0xA0, 0xA0, kBlank},       Range{0xC0, 0xD6, kLetter},
    Range{0xD8, 0xF6, kLetter},     Range{0xF8, 0x24F, kLetter},     Range{0x400, 0x481, kLetter},
    Range{0x48A, 0x52F, kLetter},   Range{0x1680, 0x1680, kBlank},   Range{0x2000, 0x200A, kBlank},
    Range{0x2010, 0x2027, kSign},   Range{0x2028, 0x2029, kBlank},   Range{0x202F, 0x202F, kBlank},
    Range{0x2030, 0x205E, kSign},   Range{0x205F, 0x205F, kBlank},   Range{0x2500, 0x259F, kSign},
    Range{0x3000, 0x3000, kBlank},  Range{0x3001, 0x3003, kSign},    Range{0x3008, 0x3020, kSign},
    Range{0x3041, 0x3096, kLetter}, Range{0x30A1, 0x30FA, kLetter},  Range{0x3400, 0x4DBF, kLetter},
    Range{0x4E00, 0x9FFF, kLetter}, Range{0xAC00, 0xD7A3, kLetter},  Range{0xFF01, 0xFF0F, kSign},
    Range{0xFF1A, 0xFF20, kSign},   Range{0x20000, 0x2A6DF, kLetter}};

constexpr Kinds ascii_kinds(char32_t character) {
  if ('0' <= character && character <= '9') return kDigit | kAsciiDigit;
  const char32_t lower = character | 0x20U;
  if ('a' <= lower && lower <= 'z') return kLetter;
  return character == ' ' || ('\t' <= character && character <= '\r') ? kBlank : kSign;
}

Kinds kinds_of(char32_t character) {
  if (character < 0x80) return ascii_kinds(character);
  const auto* range = std::ranges::lower_bound(kRanges, character, {}, &Range::last);
  return range == kRanges.end() || character < range->first ? kAny : range->kinds;
}

/// The first character of `rest`. What is no UTF-8 gives some character all the same.
char32_t decoded(std::string_view rest, std::size_t length) {
  if (length == 1) return static_cast<std::uint8_t>(rest.front());
  char32_t character = static_cast<std::uint8_t>(rest.front()) & (0xFFU >> (length + 1));
  for (const char byte : rest.substr(1, length - 1))
    character = character << 6U | (static_cast<std::uint8_t>(byte) & 0x3FU);
  return character;
}

/// Characters of any of these kinds in a row.
class Run {
 public:
  explicit Run(Kinds kinds) : kinds_(kinds) {}

  void add(Kinds character) {
    if ((character & kinds_) != 0) {
      longest_ = std::max(longest_, ++length_);
    } else if (length_ > 0) {
      close();
    }
  }
  std::size_t longest() const { return longest_; }
  double squares() {
    close();
    return squares_;
  }

 private:
  void close() {
    squares_ += static_cast<double>(length_) * static_cast<double>(length_);
    length_ = 0;
  }

  Kinds kinds_;
  std::size_t length_ = 0;
  std::size_t longest_ = 0;
  double squares_ = 0;
};

std::vector<Run> words(Reading reading) {
  const auto runs = [](std::initializer_list<Kinds> kinds) {
    return std::vector<Run>(kinds.begin(), kinds.end());
  };
  if (reading == Reading::regex_spans) return runs({kAny, kBlank});
  if (reading == Reading::regex_sentences) return runs({kLetter | kBlank, kDigit, kSign});
  return runs({kLetter, kDigit, kSign, kBlank});
}

}  // namespace

RegexRuns regex_runs(std::string_view text, Reading reading) {
  auto all = words(reading);
  Run blanks(kBlank);
  Run digits(kAsciiDigit);
  while (!text.empty()) {
    const auto length = std::min(character_length(text.front()), text.size());
    const auto kinds = kinds_of(decoded(text, length));
    for (auto& run : all) run.add(kinds);
    blanks.add(kinds);
    digits.add(kinds);
    text.remove_prefix(length);
  }
  RegexRuns found{.squares = blanks.squares() + digits.squares()};
  for (const auto& run : all) found.longest = std::max(found.longest, run.longest());
  return found;
}

}  // namespace tacho::engine
