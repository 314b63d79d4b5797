#include "grammar_state.hpp"

#include <cmath>

#include "grammar_memory.hpp"

namespace tacho::engine {

namespace {

void forbid_others(const TokenMask& mask, std::span<float> logits) {
  const auto known = std::min(logits.size(), mask.words.size() * 64);
  for (std::size_t begin = 0; begin < known; begin += 64) {
    const auto word = mask.words[begin / 64];
    if (word == ~0ULL) continue;
    const auto part = logits.subspan(begin, std::min<std::size_t>(64, known - begin));
    for (std::size_t i = 0; i < part.size(); ++i) {
      part[i] = (word >> i & 1U) == 0 ? -INFINITY : part[i];
    }
  }
  for (auto& logit : logits.subspan(known)) logit = -INFINITY;
}

}  // namespace

/// Once more with new memory where the old one is full. Nobody else can fill that until the call is done;
/// then others begin with it too.
template <typename Call>
auto GrammarState::with_memory(Call call) {
  const auto held = [&] {
    const GrammarMemory::Hold hold(*memory_);
    memory_->automaton.work().begin();
    return call(*memory_);
  };
  try {
    return held();
  } catch (const GrammarAutomatonFull&) {
  }
  const auto full = memory_;
  move_to_new_memory();
  try {
    auto result = held();
    grammar_->replace_memory(full, memory_);
    return result;
  } catch (const GrammarAutomatonFull&) {
    throw GrammarTooComplex("The grammar allows more ways to go on than memory may be taken for.");
  }
}

GrammarState::GrammarState(std::shared_ptr<const Grammar> grammar,
                           std::shared_ptr<const TokenTrie> vocabulary)
    : grammar_(std::move(grammar)), vocabulary_(std::move(vocabulary)), memory_(grammar_->memory()) {
  state_ = with_memory([](GrammarMemory& memory) { return memory.automaton.start(); });
}

void GrammarState::move_to_new_memory() {
  const auto before = memory_;
  const GrammarMemory::Hold hold(*before);
  auto after = std::make_shared<GrammarMemory>(*grammar_);
  after->automaton.work().begin();
  try {
    state_ = after->automaton.adopt(before->automaton, state_);
  } catch (const GrammarAutomatonFull&) {
    throw GrammarTooComplex("The grammar has more ways to go on open than memory may be taken for.");
  }
  after->automaton.work().spent += before->automaton.work().spent;
  memory_ = std::move(after);
}

bool GrammarState::allows(Token token) {
  if (!vocabulary_->knows(token)) return false;
  return with_memory([&](GrammarMemory& memory) {
    if (vocabulary_->is_end(token)) return memory.automaton.can_end(state_);
    return memory.automaton.read_token(state_, token, vocabulary_->text(token)) != GrammarAutomaton::kDead;
  });
}

bool GrammarState::accept(Token token) {
  if (!vocabulary_->knows(token)) return false;
  return with_memory([&](GrammarMemory& memory) {
    if (vocabulary_->is_end(token)) return memory.automaton.can_end(state_);
    const auto next = memory.automaton.read_token(state_, token, vocabulary_->text(token));
    if (next != GrammarAutomaton::kDead) state_ = next;
    return next != GrammarAutomaton::kDead;
  });
}

bool GrammarState::accept_text(std::string_view text) {
  return with_memory([&](GrammarMemory& memory) {
    const auto next = memory.automaton.walk(state_, text);
    if (next == GrammarAutomaton::kDead) return text.empty();
    state_ = next;
    return true;
  });
}

std::size_t GrammarState::mask(std::span<float> logits) {
  const auto mask =
      with_memory([this](GrammarMemory& memory) { return memory.masks.of(state_, *vocabulary_); });
  forbid_others(*mask, logits);  // 30 us, for which nobody else has to wait
  return mask->allowed;
}

bool GrammarState::can_end() {
  return with_memory([this](GrammarMemory& memory) { return memory.automaton.can_end(state_); });
}

bool GrammarState::must_end() {
  return with_memory([this](GrammarMemory& memory) { return memory.automaton.must_end(state_); });
}

std::uint64_t GrammarState::work() const {
  const GrammarMemory::Hold hold(*memory_);
  return memory_->automaton.work().spent;
}

std::size_t GrammarState::memory_bytes() const {
  const GrammarMemory::Hold hold(*memory_);
  return memory_->automaton.bytes();
}

}  // namespace tacho::engine
