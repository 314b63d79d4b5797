#include "token_masks.hpp"

#include <algorithm>
#include <bit>

namespace tacho::engine {

namespace {

/// In a set of groups: it has been found out.
constexpr ByteGroups::Set kKnown = 1ULL << 63U;
/// States of the automaton that may come up within one character before that is called too many.
constexpr std::size_t kPlaces = 16;
/// It pays for few ways to go on; for many, each step that has to be made to find out costs as much as a
/// walk.
constexpr std::size_t kWays = 32;
/// To join that many words of two sets takes as long as a step of the automaton.
constexpr std::size_t kWordsAStep = 8;

}  // namespace

void TokenMask::allow_all_but(Token token, std::span<const std::uint64_t> bits) {
  const auto index = static_cast<std::size_t>(token) / 64;
  allowed = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto without = i == index ? 1ULL << (static_cast<std::size_t>(token) % 64) : 0;
    words[i] |= bits[i] & ~without;
    allowed += static_cast<std::size_t>(std::popcount(words[i]));
  }
}

std::shared_ptr<const TokenMask> TokenMasks::of(State state, const TokenTrie& vocabulary) {
  if (vocabulary_ != vocabulary.number()) masks_.clear();
  vocabulary_ = vocabulary.number();
  const auto known = masks_.find(state);
  if (known != masks_.end()) return known->second;
  auto mask = std::make_shared<const TokenMask>(make(state, vocabulary));
  if ((masks_.size() + 1) * mask->bytes() > bytes_) masks_.clear();
  return masks_[state] = std::move(mask);
}

std::size_t TokenMasks::bytes() const {
  const auto masks = masks_.empty() ? 0 : masks_.size() * masks_.begin()->second->bytes();
  return masks + ignored_.capacity() * sizeof(ByteGroups::Set) + path_.capacity() * sizeof(State);
}

TokenMask TokenMasks::make(State state, const TokenTrie& vocabulary) {
  TokenMask mask{.words = std::vector<std::uint64_t>((vocabulary.vocabulary() + 63) / 64)};
  walk(state, vocabulary, mask);
  add_named_tokens(state, vocabulary, mask);
  if (automaton_.can_end(state)) {
    for (const auto token : vocabulary.ends()) mask.allow(token);
  }
  return mask;
}

void TokenMasks::walk(State state, const TokenTrie& vocabulary, TokenMask& mask) {
  const auto nodes = vocabulary.nodes();
  const auto allow = [&mask, tokens = vocabulary.tokens()](std::size_t from, std::size_t to) {
    for (; from < to; ++from) mask.allow(tokens[from]);
  };
  path_.resize(vocabulary.depth() + 1);
  path_[0] = state;
  std::uint64_t visited = 0;
  for (std::size_t i = 1; i + 1 < nodes.size(); ++visited) {
    const auto& node = nodes[i];
    const auto from = path_[node.depth - 1];
    const auto to = path_[node.depth] = automaton_.step(from, node.byte);
    if (to == GrammarAutomaton::kDead) {
      i = node.behind;
    } else if (node.below != 0 && ignores(to, node.below, to == from)) {
      allow(node.first_token, nodes[node.behind].first_token);
      i = node.behind;
    } else {
      allow(node.first_token, nodes[i + 1].first_token);
      ++i;
    }
  }
  automaton_.work().spent += visited;
}

/// As many steps as the grammar names tokens, and one for each word of the mask.
void TokenMasks::add_named_tokens(State state, const TokenTrie& vocabulary, TokenMask& mask) {
  const auto named = automaton_.named_tokens(state);
  for (const auto value : named.these()) {
    const auto token = static_cast<Token>(value);
    if (vocabulary.knows(token) && !vocabulary.is_end(token)) mask.allow(token);
  }
  if (named.others() == NamedTokens::Others::none) return;
  automaton_.work().spend(mask.words.size() / kWordsAStep);
  const bool all = named.others() == NamedTokens::Others::all;
  mask.allow_all_but(all ? -1 : static_cast<Token>(named.but()), vocabulary.token_bits());
}

/// Whether `state` comes back to itself with any of `bytes`; false as well where that was not yet of
/// interest.
bool TokenMasks::ignores(State state, ByteGroups::Set bytes, bool interesting) {
  if (state >= ignored_.size()) ignored_.resize(std::max<std::size_t>(state + 1, automaton_.states()));
  if (ignored_[state] == 0 && interesting) ignored_[state] = ignored_by(state) | kKnown;
  return (bytes & ~ignored_[state]) == 0;
}

ByteGroups::Set TokenMasks::ignored_by(State state) {
  if (automaton_.ways(state) > kWays) return 0;
  ByteGroups::Set others = 0;
  for (unsigned byte = 0; byte < 0x80; ++byte) {
    const auto letter = static_cast<std::uint8_t>(byte);
    if (automaton_.step(state, letter) != state) others |= 1ULL << ByteGroups::of(letter);
  }
  const auto ascii = (1ULL << ByteGroups::kAscii) - 1;
  return (ascii & ~others) | (ignores_characters(state) ? ByteGroups::kCharacters : 0);
}

/// Follows all of UTF-8 beyond ASCII and the automaton, side by side, until each character is complete.
bool TokenMasks::ignores_characters(State state) {
  struct Place {
    State state;
    Utf8Place utf8;
    bool operator==(const Place&) const = default;
  };
  std::vector<Place> places{{state, Utf8Place::between}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto place = places[i];
    for (unsigned byte = 0x80; byte <= 0xFF; ++byte) {
      const auto letter = static_cast<std::uint8_t>(byte);
      const Place next{automaton_.step(place.state, letter), next_place(place.utf8, letter)};
      if (next.utf8 == Utf8Place::invalid) continue;
      if (next.state == GrammarAutomaton::kDead) return false;
      if (next.utf8 == Utf8Place::between) {
        if (next.state != state) return false;
      } else if (std::find(places.begin(), places.end(), next) == places.end()) {
        if (places.size() == kPlaces) return false;
        places.push_back(next);
      }
    }
  }
  return true;
}

}  // namespace tacho::engine
