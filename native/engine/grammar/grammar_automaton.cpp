#include "grammar_automaton.hpp"

#include <algorithm>

namespace tacho::engine {

namespace {

bool names_token(Grammar::Element element) {
  return element.kind == Grammar::Element::Kind::token || element.kind == Grammar::Element::Kind::other_token;
}

}  // namespace

GrammarAutomaton::GrammarAutomaton(const Grammar& grammar)
    : grammar_(grammar),
      class_of_(grammar.byte_classes()),
      classes_(class_of_.back() + 1U),
      work_{grammar.limits().work_per_token},
      closure_(grammar, stacks_, work_) {
  stacks_.states.intern({});
  steps_.resize(classes_, kDead);
}

GrammarAutomaton::State GrammarAutomaton::start() {
  if (start_ != kUnknown) return start_;
  closure_.begin();
  for (const auto alternative : grammar_.alternatives(grammar_.root())) {
    closure_.arrive(alternative, Stacks::kBottom);
  }
  return start_ = finish();
}

GrammarAutomaton::State GrammarAutomaton::walk(State state, std::string_view text) {
  for (const char byte : text) {
    work_.spend(1);
    state = step(state, static_cast<std::uint8_t>(byte));
    if (state == kDead) return kDead;
  }
  return state;
}

GrammarAutomaton::State GrammarAutomaton::make_step(State state, std::uint8_t byte) {
  closure_.begin();
  look_at_ways(state);
  for (std::size_t i = 0; i < ways(state); ++i) {
    auto next = way(state, i);
    // The end and elements of tokens have no character, so nothing goes on from theirs.
    next.character = grammar_.characters().step(next.character, byte);
    if (next.character == Utf8Automaton::kDone) {
      go_behind(next);
    } else if (next.character != Utf8Automaton::kNone) {
      closure_.keep(next.position, next.character, next.parents);
    }
  }
  const auto to = finish();
  return steps_[state * classes_ + class_of_[byte]] = to;
}

/// To look at a way is so much cheaper than to follow it.
void GrammarAutomaton::look_at_ways(State state) { work_.spend(1 + ways(state) / 8); }

void GrammarAutomaton::go_behind(const Way& way) {
  const auto behind = grammar_.behind(way.position);
  for (const auto frame : stacks_.parents[way.parents]) closure_.arrive(behind, frame);
}

GrammarAutomaton::State GrammarAutomaton::finish() {
  const auto state = closure_.finish();
  steps_.resize(std::max(steps_.size(), stacks_.states.size() * classes_), kUnknown);
  if (bytes() > grammar_.limits().memory_bytes) throw GrammarAutomatonFull();
  return state;
}

GrammarAutomaton::State GrammarAutomaton::read_token(State state, Token token, std::string_view text) {
  const auto by_text = text.empty() ? kDead : walk(state, text);
  if (!grammar_.names_tokens()) return by_text;
  closure_.begin();
  look_at_ways(state);
  for (std::size_t i = 0; i < ways(state); ++i) {
    const auto& next = way(state, i);
    if (reads(grammar_.at(next.position), token, text)) go_behind(next);
  }
  go_on(by_text);
  return finish();
}

bool GrammarAutomaton::reads(Grammar::Element element, Token token, std::string_view text) const {
  const bool is_named = element.value == static_cast<std::uint32_t>(token);
  if (element.kind == Grammar::Element::Kind::token) return is_named;
  return element.kind == Grammar::Element::Kind::other_token && !is_named && !text.empty();
}

NamedTokens GrammarAutomaton::named_tokens(State state) {
  NamedTokens named;
  if (!grammar_.names_tokens()) return named;
  look_at_ways(state);
  for (std::size_t i = 0; i < ways(state); ++i) {
    const auto next = way(state, i);
    const auto& element = grammar_.at(next.position);
    if (names_token(element) && !named.holds(element) && leads_on(next)) named.add(element);
  }
  return named;
}

/// Whether something, be it the end, may come behind: nothing does where a class without characters follows.
/// Frame by frame, since the first one mostly says so.
bool GrammarAutomaton::leads_on(const Way& way) {
  const auto behind = grammar_.behind(way.position);
  closure_.begin();
  for (const auto frame : stacks_.parents[way.parents]) {
    closure_.arrive(behind, frame);
    if (closure_.reads_anything()) return true;
  }
  return false;
}

void GrammarAutomaton::go_on(State state) {
  for (std::size_t i = 0; i < ways(state); ++i) {
    const auto [position, character, parents] = way(state, i);
    const auto& element = grammar_.at(position);
    if (element.kind == Grammar::Element::Kind::character && element.value != character) {
      closure_.keep(position, character, parents);
    } else {
      for (const auto frame : stacks_.parents[parents]) closure_.arrive(position, frame);
    }
  }
}

bool GrammarAutomaton::can_end(State state) const {
  return ways(state) > 0 && way(state, 0).position == Grammar::kEnd;  // ways are sorted
}

bool GrammarAutomaton::must_end(State state) const { return can_end(state) && ways(state) == 1; }

GrammarAutomaton::State GrammarAutomaton::adopt(const GrammarAutomaton& other, State state) {
  std::vector<std::uint32_t> adopted(other.stacks_.frames.size(), kUnknown);
  adopted[Stacks::kBottom] = Stacks::kBottom;
  closure_.begin();
  for (std::size_t i = 0; i < other.ways(state); ++i) {
    const auto [position, character, parents] = other.way(state, i);
    closure_.keep(position, character, adopt_frames(other, parents, adopted));
  }
  return finish();
}

/// Depth first, frames below before those above.
Sequences::Id GrammarAutomaton::adopt_frames(const GrammarAutomaton& other, Sequences::Id parents,
                                             std::vector<std::uint32_t>& adopted) {
  struct Visit {
    Sequences::Id parents;
    std::uint32_t frame;  // that has them; kUnknown: none
    std::size_t next = 0;
  };
  const auto copy = [&](Sequences::Id from) {
    const auto frames = other.stacks_.parents[from];
    std::vector<std::uint32_t> copied;
    for (const auto frame : frames) copied.push_back(adopted[frame]);
    std::sort(copied.begin(), copied.end());
    work_.spend(copied.size());
    return stacks_.parents.intern(copied);
  };
  std::vector<Visit> path{{parents, kUnknown}};
  while (true) {
    auto& visit = path.back();
    const auto frames = other.stacks_.parents[visit.parents];
    if (visit.next < frames.size()) {
      const auto frame = frames[visit.next++];
      if (adopted[frame] == kUnknown) path.push_back({other.stacks_.frames[frame][1], frame});
      continue;
    }
    const auto copied = copy(visit.parents);
    if (visit.frame == kUnknown) return copied;
    const auto position = other.stacks_.frames[visit.frame][0];
    adopted[visit.frame] = stacks_.frames.intern(std::array{position, copied});
    path.pop_back();
  }
}

}  // namespace tacho::engine
