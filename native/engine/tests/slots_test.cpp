#include "../loop/slots.hpp"

#include "../../testing/check.hpp"

namespace {

using tacho::engine::Slots;
using tacho::engine::Token;

std::vector<Token> tokens(std::initializer_list<Token> list) { return list; }

/// Two idle slots: 0 holds {1 2 3 4}, released first, and 1 holds {1 2 9}.
Slots two_conversations() {
  Slots slots(3, 100);
  slots.extend(0, tokens({1, 2, 3, 4}));
  slots.extend(1, tokens({1, 2, 9}));
  slots.release(0);
  slots.release(1);
  return slots;
}

TEST(a_conversation_goes_on_in_its_slot) {
  const auto choice = two_conversations().choose(tokens({1, 2, 3, 4, 5}));
  CHECK_EQUAL(choice.slot, 0);
  CHECK_EQUAL(choice.shared, 4);
}

TEST(the_last_prompt_token_is_always_computed) {
  CHECK_EQUAL(two_conversations().choose(tokens({1, 2, 3, 4})).shared, 3);
  CHECK_EQUAL(two_conversations().choose(tokens({1})).shared, 0);
}

TEST(a_new_conversation_takes_an_empty_slot) {
  CHECK_EQUAL(two_conversations().choose(tokens({1, 7})).slot, 2);
}

TEST(without_an_empty_slot_the_longest_idle_one_goes) {
  auto slots = two_conversations();
  slots.occupy(2);
  const auto choice = slots.choose(tokens({1, 7}));
  CHECK_EQUAL(choice.slot, 0);
  CHECK_EQUAL(choice.shared, 1);
}

TEST(busy_slots_are_not_chosen) {
  auto slots = two_conversations();
  for (const auto slot : {0, 1, 2}) slots.occupy(slot);
  CHECK_EQUAL(slots.choose(tokens({1, 2})).slot, -1);
  CHECK_EQUAL(slots.oldest_idle(), -1);
}

TEST(cells_are_counted) {
  auto slots = two_conversations();
  CHECK_EQUAL(slots.used_cells(), 7);
  CHECK_EQUAL(slots.idle_cells(), 7);
  slots.occupy(0);
  CHECK_EQUAL(slots.idle_cells(), 3);
  slots.cut(0, 1);
  CHECK_EQUAL(slots.used_cells(), 4);
  CHECK_EQUAL(slots.free_cells(), 96);
  CHECK_EQUAL(slots.held(0), 1);
}

TEST(the_longest_idle_slot_is_the_first_to_lose_its_tokens) {
  CHECK_EQUAL(two_conversations().oldest_idle(), 0);
}

}  // namespace
