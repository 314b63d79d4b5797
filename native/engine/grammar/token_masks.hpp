// Which tokens a grammar allows next.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "grammar_automaton.hpp"
#include "token_trie.hpp"

namespace tacho::engine {

struct TokenMask {
  std::vector<std::uint64_t> words;  // a bit a token
  std::size_t allowed = 0;

  void allow(Token token) {
    auto& word = words[static_cast<std::size_t>(token) / 64];
    const auto bit = 1ULL << (static_cast<std::size_t>(token) % 64);
    allowed += (word & bit) == 0 ? 1 : 0;
    word |= bit;
  }
  std::size_t bytes() const { return words.size() * sizeof(words[0]); }
  /// All of `bits`, which are as many words as there are here, but one token; -1: but none.
  void allow_all_but(Token token, std::span<const std::uint64_t> bits);
};

/// The masks of an automaton's states, for one vocabulary at a time. The tree of texts is walked depth first
/// beside the automaton, so what texts share is read once. Where a state comes back to itself with all that a
/// part of the tree holds, as within a string, that part is not walked at all.
class TokenMasks {
 public:
  using State = GrammarAutomaton::State;

  TokenMasks(GrammarAutomaton& automaton, std::size_t bytes) : automaton_(automaton), bytes_(bytes) {}

  /// Throws as the automaton does.
  std::shared_ptr<const TokenMask> of(State state, const TokenTrie& vocabulary);
  std::size_t bytes() const;

 private:
  TokenMask make(State state, const TokenTrie& vocabulary);
  void walk(State state, const TokenTrie& vocabulary, TokenMask& mask);
  void add_named_tokens(State state, const TokenTrie& vocabulary, TokenMask& mask);
  bool ignores(State state, ByteGroups::Set bytes, bool interesting);
  ByteGroups::Set ignored_by(State state);
  bool ignores_characters(State state);

  GrammarAutomaton& automaton_;
  std::size_t bytes_;
  std::uint64_t vocabulary_ = 0;
  std::unordered_map<State, std::shared_ptr<const TokenMask>> masks_;
  std::vector<ByteGroups::Set> ignored_;  // by state; 0: not known
  std::vector<State> path_;
};

}  // namespace tacho::engine
