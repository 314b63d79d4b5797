// Greedy generation after cutting, copying and going back equals generation from nothing, for every kind of
// memory.
#include "stand.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

struct Kind {
  const char* model;
  ContextOptions options;
  std::int32_t length;  // of a long text
};

/// Fewer cells than three whole contexts make one buffer for all.
constexpr std::int32_t kSharedCells = 4096;

/// A sliding window of 16 tokens has 768 cells; a longer text makes it give up its beginning.
const char* const kSliding = "gemma3";
constexpr std::int32_t kPastWindow = 900;
/// Where a long text is remembered.
constexpr std::int32_t kRemembered = 100;

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> list;
    for (const auto* model : {"llama", kSliding, "mamba", "jamba", "lfm2"}) {
      const auto length = model == kSliding ? kPastWindow : 250;
      list.push_back({model, {.cells = 0, .slots = 3}, length});
      list.push_back({model, {.cells = kSharedCells, .slots = 3}, length});
    }
    return list;
  }();
  return all;
}

/// `check` gets a stand of its own for each kind of memory, and a long text.
template <typename Check>
void for_each_kind(const Check& check) {
  for (const auto& kind : kinds()) {
    std::printf("  %s, %s\n", kind.model, kind.options.cells == 0 ? "separate" : "shared");
    std::fflush(stdout);
    Stand stand(kind.model, kind.options);
    check(stand, made_up_text(kind.length));
  }
}

const auto kShort = made_up_text(60);

std::vector<Token> after(const std::vector<Token>& text, const Stand::Running& running) {
  return {running.text.begin() + static_cast<std::ptrdiff_t>(text.size()), running.text.end()};
}

TEST(what_is_said_of_sharing_and_dividing_is_what_the_memory_can) {
  CHECK(Stand("llama").runtime().limits().divisible);
  CHECK(!Stand("llama").runtime().limits().shared_cells);
  CHECK_EQUAL(Stand("llama").runtime().limits().sequences, 3);
  CHECK(Stand("llama", {.cells = kSharedCells, .slots = 3}).runtime().limits().shared_cells);
  CHECK_EQUAL(Stand("llama", {.cells = kSharedCells, .slots = 3}).runtime().limits().sequences, 19);
  for (const auto* model : {"gemma3", "mamba", "jamba", "lfm2"}) {
    Stand stand(model, {.cells = kSharedCells, .slots = 3});
    CHECK(!stand.runtime().limits().divisible);
    CHECK_EQUAL(stand.runtime().limits().sequences, 3);
  }
}

TEST(a_prompt_sent_again_goes_back_to_where_it_was_remembered) {
  for_each_kind([](Stand& stand, const std::vector<Token>& longer) {
    for (const auto& text : {kShort, longer}) {
      const auto before = static_cast<std::int32_t>(text.size()) - 1;
      stand.compute(1, start_of(text, before));
      stand.runtime().remember(1);
      const auto generated = stand.generate(1, text, before);
      stand.check_generated(text, generated);
      for (int again = 0; again < 2; ++again) {
        CHECK_EQUAL(stand.runtime().cut(1, before), before);
        CHECK(stand.generate(1, text, before) == generated);
      }
      CHECK_EQUAL(stand.runtime().cut(1, 0), 0);
    }
  });
}

TEST(a_text_cut_anywhere_goes_on_as_if_it_had_never_been_longer) {
  for_each_kind([](Stand& stand, const std::vector<Token>& text) {
    const auto whole = static_cast<std::int32_t>(text.size());
    for (const auto length : {1, 99, 100, 101, whole - 1}) {
      stand.compute(0, start_of(text, kRemembered));
      stand.runtime().remember(0);
      stand.compute(0, text, kRemembered);
      const auto other = joined(start_of(text, length), made_up_text(40, 2));
      const auto held = stand.runtime().cut(0, length);
      CHECK(held <= length);
      if (stand.runtime().limits().divisible) CHECK_EQUAL(held, length);
      if (length >= kRemembered) CHECK(held >= kRemembered);
      stand.check_generated(other, stand.generate(0, other, held));
      CHECK_EQUAL(stand.runtime().cut(0, 0), 0);
    }
  });
}

TEST(a_cut_forgets_the_checkpoints_after_it) {
  for_each_kind([](Stand& stand, const std::vector<Token>& text) {
    stand.compute(0, start_of(text, kRemembered));
    stand.runtime().remember(0);
    stand.compute(0, start_of(text, 150), kRemembered);
    stand.runtime().remember(0);
    const auto held = stand.runtime().cut(0, 120);
    CHECK(held == kRemembered || held == 120);
    const auto other = joined(start_of(text, held), made_up_text(static_cast<std::int32_t>(text.size()), 3));
    stand.compute(0, other, held);
    // The checkpoint at 150 was of another text.
    const auto back = stand.runtime().cut(0, 160);
    CHECK(back == kRemembered || back == 160);
    const auto shorter = joined(start_of(other, 160), made_up_text(5, 4));
    stand.check_generated(shorter, stand.generate(0, shorter, back));
  });
}

TEST(a_copy_of_a_running_sequence_goes_its_own_way) {
  for_each_kind([](Stand& stand, const std::vector<Token>& longer) {
    for (const auto& text : {kShort, longer}) {
      const auto before = static_cast<std::int32_t>(text.size()) - 1;
      stand.compute(0, start_of(text, before));
      stand.runtime().remember(0);
      Stand::Running first{0, text};
      for (int i = 0; i < 5; ++i) stand.step({&first});
      const auto other = joined(start_of(text, before), made_up_text(9, 5));
      const auto held = stand.runtime().copy(0, 2, before);
      CHECK_EQUAL(held, before);
      stand.compute(2, start_of(other, static_cast<std::int32_t>(other.size()) - 1), held);
      Stand::Running second{2, other};
      for (int i = 0; i < 5; ++i) stand.step({&first, &second});
      stand.check_generated(text, after(text, first));
      stand.check_generated(other, after(other, second));
      stand.runtime().cut(0, 0);
      stand.runtime().cut(2, 0);
    }
  });
}

TEST(a_copy_of_any_length_holds_no_more_than_asked_and_goes_on_rightly) {
  for_each_kind([](Stand& stand, const std::vector<Token>& text) {
    stand.compute(0, start_of(text, kRemembered));
    stand.runtime().remember(0);
    stand.compute(0, text, kRemembered);
    const auto whole = static_cast<std::int32_t>(text.size());
    for (const auto length : {99, 100, 101, whole, whole + 5}) {
      const auto held = stand.runtime().copy(0, 1, length);
      CHECK(held <= std::min(length, whole));
      if (stand.runtime().limits().divisible) CHECK_EQUAL(held, std::min(length, whole));
      if (length >= kRemembered) CHECK(held >= kRemembered);
      if (length >= whole) CHECK_EQUAL(held, whole);
      const auto other = joined(start_of(text, std::min(length, whole)), made_up_text(7, 6));
      stand.check_generated(other, stand.generate(1, other, held));
      CHECK_EQUAL(stand.runtime().cut(1, 0), 0);
    }
    const auto more = joined(text, made_up_text(3, 7));
    stand.check_generated(more, stand.generate(0, more, whole));
  });
}

/// Between separate buffers llama.cpp copies late, at the next decode.
TEST(a_copy_is_not_touched_by_what_becomes_of_its_source_before_the_next_step) {
  for_each_kind([](Stand& stand, const std::vector<Token>& text) {
    stand.compute(0, start_of(text, kRemembered));
    stand.runtime().remember(0);
    stand.compute(0, text, kRemembered);
    const auto whole = static_cast<std::int32_t>(text.size());
    CHECK_EQUAL(stand.runtime().copy(0, 1, whole), whole);
    CHECK_EQUAL(stand.runtime().copy(1, 2, whole), whole);
    const auto back = stand.runtime().cut(0, kRemembered);
    CHECK_EQUAL(back, kRemembered);
    const auto other = joined(start_of(text, back), made_up_text(30, 8));
    stand.check_generated(other, stand.generate(0, other, back));
    const auto more = joined(text, made_up_text(3, 9));
    for (const auto sequence : {1, 2}) stand.check_generated(more, stand.generate(sequence, more, whole));
    CHECK_EQUAL(stand.runtime().cut(2, kRemembered), kRemembered);
    stand.check_generated(other, stand.generate(2, other, kRemembered));
  });
}

TEST(any_number_of_copies_leaves_the_cells_that_they_had) {
  for_each_kind([](Stand& stand, const std::vector<Token>& text) {
    stand.compute(0, start_of(text, kRemembered));
    for (std::uint32_t i = 0; i < 60; ++i) {
      const auto to = static_cast<std::int32_t>(1 + i % 2);
      stand.runtime().cut(to, 0);
      CHECK_EQUAL(stand.runtime().copy(0, to, kRemembered), kRemembered);
      stand.compute(to, joined(start_of(text, kRemembered), made_up_text(30, i)), kRemembered);
    }
    const auto more = joined(start_of(text, kRemembered), made_up_text(20, 10));
    stand.check_generated(more, stand.generate(0, more, kRemembered));
  });
}

}  // namespace
