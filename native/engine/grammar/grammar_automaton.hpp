// What a grammar reads, byte by byte.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "closure.hpp"
#include "named_tokens.hpp"

namespace tacho::engine {

/// Full of states; those that are still of interest go on in a new one.
struct GrammarAutomatonFull {};

/// A deterministic automaton whose states are sets of ways to go on, each with its stack of open rules.
/// States and steps are made when a text first needs them and kept: texts come back to the same states all
/// the time. Bounded by the grammar's limits: memory_bytes, and the bytes that one call's work may add. Not
/// thread-safe.
class GrammarAutomaton {
 public:
  using State = Sequences::Id;
  /// No text goes on from here.
  static constexpr State kDead = 0;

  explicit GrammarAutomaton(const Grammar& grammar);

  /// The functions below take from this. Those that throw GrammarTooComplex or GrammarAutomatonFull can be
  /// called again.
  Work& work() { return work_; }

  State start();
  State step(State state, std::uint8_t byte) {
    const auto to = steps_[state * classes_ + class_of_[byte]];
    return to == kUnknown ? make_step(state, byte) : to;
  }
  State walk(State state, std::string_view text);
  /// `text` is that of `token`, or empty.
  State read_token(State state, Token token, std::string_view text);

  /// How many ways there are to go on from `state`, the end among them.
  std::size_t ways(State state) const { return stacks_.states[state].size() / 3; }
  bool can_end(State state) const;
  /// No text but the empty one goes on from here.
  bool must_end(State state) const;
  /// Those that elements of tokens read next and that something may follow. Others may be read as text.
  NamedTokens named_tokens(State state);

  /// What `other` knows as `state`.
  State adopt(const GrammarAutomaton& other, State state);
  /// Of what memory_bytes bounds.
  std::size_t bytes() const { return stacks_.bytes() + steps_.size() * sizeof(State); }
  /// Of what the work takes besides, bounded by the grammar's size and work_per_token.
  std::size_t working_bytes() const { return closure_.bytes(); }
  std::size_t states() const { return stacks_.states.size(); }

 private:
  static constexpr State kUnknown = 0xFFFFFFFF;

  struct Way {
    Grammar::Position position;
    Utf8Automaton::State character;
    Sequences::Id parents;
  };
  Way way(State state, std::size_t index) const {
    const auto numbers = stacks_.states[state].subspan(3 * index, 3);
    return {numbers[0], numbers[1], numbers[2]};
  }

  State make_step(State state, std::uint8_t byte);
  State finish();
  void go_behind(const Way& way);
  bool leads_on(const Way& way);
  void look_at_ways(State state);
  void go_on(State state);
  Sequences::Id adopt_frames(const GrammarAutomaton& other, Sequences::Id parents,
                             std::vector<std::uint32_t>& adopted);
  bool reads(Grammar::Element element, Token token, std::string_view text) const;

  const Grammar& grammar_;
  std::array<std::uint8_t, 256> class_of_;
  std::size_t classes_;
  Work work_;
  Stacks stacks_;
  Closure closure_;
  std::vector<State> steps_;  // of each state, by class of byte
  State start_ = kUnknown;
};

}  // namespace tacho::engine
