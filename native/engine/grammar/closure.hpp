// From what was just read to all that may be read next.
#pragma once

#include <cstdint>
#include <vector>

#include "grammar.hpp"
#include "grammar_error.hpp"
#include "sequences.hpp"

namespace tacho::engine {

/// Which rules are open, for all ways to read a text at once. A frame is where to go on when a rule ends, and
/// the frames, one of which goes on when that rule ends in turn. Ways that differ only further down share
/// their upper frames, as in generalised LR parsers, so that their number does not grow with each choice.
struct Stacks {
  /// The frame below all others.
  static constexpr std::uint32_t kBottom = 0;

  Stacks() { frames.intern(std::vector{0xFFFFFFFFU}); }

  Sequences parents;  // sorted frames
  Sequences frames;   // a Grammar::Position and the number of its parents
  /// Triples, sorted: a position, the state within its character, the number of the frames under it. At kEnd
  /// with kBottom under it, the text may end.
  Sequences states;

  std::size_t bytes() const { return parents.bytes() + frames.bytes() + states.bytes(); }
};

/// What a call may take, and what all took.
struct Work {
  std::uint64_t limit;
  std::uint64_t left = 0;
  std::uint64_t spent = 0;

  void begin() { left = limit; }
  void spend(std::uint64_t steps) {
    spent += steps;
    if (steps > left) throw GrammarTooComplex("The grammar allows too many ways to go on at once.");
    left -= steps;
  }
};

template <typename T>
std::size_t bytes_of(const std::vector<T>& vector) {
  return vector.capacity() * sizeof(T);
}

/// Pairs of numbers, for as long as a closure takes.
class PairSet {
 public:
  /// Whether it is new.
  bool insert(std::uint32_t first, std::uint32_t second);
  void clear();
  std::size_t bytes() const { return bytes_of(places_) + bytes_of(pairs_); }

 private:
  void place(std::uint64_t pair);

  std::vector<std::uint64_t> places_;  // a hash table, open addressed, at most half full
  std::vector<std::uint64_t> pairs_;
};

/// Follows rules until what comes next is a character, a token or the end. All that arrives at a position in
/// one closure has read the same text, so it shares its frames: with P positions and F frames below them, no
/// more than P × F steps are taken, however many ways lead there.
class Closure {
 public:
  using Position = Grammar::Position;
  using Frame = std::uint32_t;

  Closure(const Grammar& grammar, Stacks& stacks, Work& work)
      : grammar_(grammar), stacks_(stacks), work_(work), local_at_(grammar.size(), kNone) {}

  void begin();
  /// All that comes before `position` has been read.
  void arrive(Position position, Frame frame);
  /// Part of the character at `position` has been read.
  void keep(Position position, Utf8Automaton::State character, Sequences::Id parents);
  /// Whether the state that everything since begin() makes has any way to go on. Finds no more than one, and
  /// makes nothing.
  bool reads_anything();
  /// Kept from one closure to the next.
  std::size_t bytes() const;
  /// The state that everything since begin() makes. Throws GrammarTooComplex.
  Sequences::Id finish();

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr Frame kLocal = 0x80000000;  // marks an index in locals_

  struct Arrival {
    Position position;
    Frame frame;
    auto operator<=>(const Arrival&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
  };
  struct Link {
    Frame frame;
    std::uint32_t next;
  };
  /// A frame that more parents may yet come to.
  struct Local {
    Position position;
    std::uint32_t parents = kNone;  // the first of its links
    bool left = false;              // its rule has ended, for one way at least
    Frame frame = kNone;            // once it is known
  };
  struct Triple {
    Position position;
    std::uint32_t character;
    Sequences::Id parents;
    auto operator<=>(const Triple&) const = default;  // NOLINT(modernize-use-nullptr)
  };

  void follow_next();
  void follow(Arrival arrival);
  void leave(Frame frame);
  void enter(Position position, Frame frame);
  void resolve(Frame frame);
  Frame resolved(Frame frame) const { return frame & kLocal ? locals_[frame & ~kLocal].frame : frame; }
  void intern(Local& local);
  Sequences::Id intern_frames();
  Sequences::Id intern_state();

  const Grammar& grammar_;
  Stacks& stacks_;
  Work& work_;
  std::vector<std::uint32_t> local_at_;  // by position
  std::vector<Local> locals_;
  std::vector<Link> links_;
  PairSet seen_;
  std::vector<Arrival> todo_;
  std::vector<Arrival> reads_;
  std::vector<Triple> triples_;
  std::vector<Frame> frames_;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace tacho::engine
