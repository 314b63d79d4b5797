#include "tokenizer_effort.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "regex_runs.hpp"

namespace tacho::engine {

namespace {

/// What a text may cost besides. Each estimate is of the worst that such a text can be; see
/// tests/tokenizer_effort_test.cpp for what texts at this limit took. Longer texts may cost more, since
/// ordinary ones do: of 1 MB of code, Gemma cuts out 26,000 line feeds, 5 s. 8 MB that cost nothing besides
/// take as long as the most.
constexpr double kSeconds = 2;
constexpr double kSecondsPerByte = 10e-6;
constexpr double kMostSeconds = 8;

double allowed(std::size_t bytes) {
  return std::min(kSeconds + static_cast<double>(bytes) * kSecondsPerByte, kMostSeconds);
}

/// Seconds of each: to look at a place where a special token might begin, and to go one step in the list of
/// what has been cut.
constexpr double kCompare = 6e-9;
constexpr double kStep = 2.7e-9;

/// Seconds to copy one token, four bytes. Of many tokens a copy is in new memory each time, which the system
/// has to fill with zeros first: 90 ms for each of 8 million, 1.4 ms for 4 million.
constexpr double kCopy = 0.5e-9;
constexpr double kCopyToNew = 8e-9;
constexpr std::size_t kFewTokens = 1U << 22U;

/// Seconds for std::regex to begin anew at one character of a run, for each other one.
constexpr double kBacktrack = 40e-9;

/// Characters of one word. A thread's stack of 8 MiB is at its end after 16,000 to 32,000.
constexpr std::size_t kLongestWord = 4096;

bool is_regex(Reading reading) {
  return reading == Reading::regex_words || reading == Reading::regex_spans ||
         reading == Reading::regex_sentences;
}

std::uint32_t packed(std::string_view character) {
  std::uint32_t number = 0;
  for (const char byte : character) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

std::vector<std::string> joined(std::vector<std::string> one, const std::vector<std::string>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

}  // namespace

TokenizerWork& TokenizerWork::operator+=(const TokenizerWork& other) {
  bytes += other.bytes;
  seconds += other.seconds;
  special += other.special;
  longest_run = std::max(longest_run, other.longest_run);
  return *this;
}

TokenizerEffort::TokenizerEffort(const TokenizerTraits& traits)
    : reading_(traits.reading),
      backtracks_(traits.backtracks),
      user_defined_(traits.user_defined),
      all_(joined(traits.user_defined, traits.control)) {
  for (const auto& character : traits.characters) characters_.insert(packed(character));
  // A space is read as this.
  if (characters_.contains(packed("\xE2\x96\x81"))) characters_.insert(packed(" "));
}

TokenizerWork TokenizerEffort::of(std::string_view text, bool control) const {
  auto work = (control ? all_ : user_defined_).of(text);
  work.bytes = text.size();
  if (reading_ == Reading::sentence_piece) work += unknown_characters(text);
  if (is_regex(reading_)) {
    const auto runs = regex_runs(text, reading_);
    work += {.seconds = backtracks_ ? runs.squares * kBacktrack : 0, .longest_run = runs.longest};
  }
  return work;
}

std::optional<std::string> TokenizerEffort::objection(const TokenizerWork& work) const {
  const auto run = std::to_string(work.longest_run);
  if (is_regex(reading_) && work.longest_run > kLongestWord) {
    return "the text has " + run + " characters in a row without a break; at most " +
           std::to_string(kLongestWord) + " can be tokenised for this model";
  }
  const auto most = allowed(work.bytes);
  if (work.seconds <= most) return std::nullopt;
  return "tokenising the text would take this model about " + std::to_string(std::lround(work.seconds)) +
         " s, more than the " + std::to_string(std::lround(most)) + " s allowed: it has " +
         std::to_string(work.special) + " special tokens, and up to " + run +
         " characters in a row that the model does not know or that are of one kind";
}

TokenizerEffort::Cuts::Cuts(std::vector<std::string> texts)
    : count_(static_cast<double>(texts.size())), texts_(std::move(texts), {}) {
  for (const auto token : texts_.tokens())
    ++beginning_[static_cast<std::uint8_t>(texts_.text(token).front())];
}

/// At most two fragments come of each cut, so the list is walked over twice as many places as there are cuts,
/// and half of it on average.
TokenizerWork TokenizerEffort::Cuts::of(std::string_view text) const {
  double compared = 0;
  std::size_t cuts = 0;
  std::size_t cut_until = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto beginning = beginning_[static_cast<std::uint8_t>(text[at])];
    compared += beginning;
    if (beginning == 0 || at < cut_until) continue;
    const auto length = length_at(text.substr(at));
    if (length == 0) continue;
    ++cuts;
    cut_until = at + length;
  }
  const auto found = static_cast<double>(cuts);
  return {.seconds = compared * kCompare + 2 * found * (found + count_) * kStep, .special = cuts};
}

/// Bytes of the longest that `rest` begins with; 0 for none.
std::size_t TokenizerEffort::Cuts::length_at(std::string_view rest) const {
  const auto nodes = texts_.nodes();
  std::size_t longest = 0;
  std::size_t place = 0;
  for (std::size_t depth = 0; depth < rest.size(); ++depth) {
    const auto end = nodes[place].behind;
    auto below = place + 1;
    while (below < end && nodes[below].byte != static_cast<std::uint8_t>(rest[depth]))
      below = nodes[below].behind;
    if (below >= end) break;
    place = below;
    const auto token = texts_.tokens()[nodes[place].first_token];
    if (texts_.text(token).size() == depth + 1) longest = depth + 1;
  }
  return longest;
}

/// Characters that are tokens may become parts of longer ones: there are at most as many tokens as are
/// counted.
TokenizerWork TokenizerEffort::unknown_characters(std::string_view text) const {
  std::size_t tokens = 0;
  std::size_t run = 0;
  std::size_t longest = 0;
  while (!text.empty()) {
    const auto length = std::min(character_length(text.front()), text.size());
    const bool known = characters_.contains(packed(text.substr(0, length)));
    tokens += known ? 1 : length;
    run = known ? 0 : run + 1;
    longest = std::max(longest, run);
    text.remove_prefix(length);
  }
  const auto copy = tokens > kFewTokens ? kCopyToNew : kCopy;
  return {.seconds = static_cast<double>(tokens) * static_cast<double>(longest) * copy,
          .longest_run = longest};
}

}  // namespace tacho::engine
