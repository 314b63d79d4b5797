#include "../checkpoints.hpp"

#include "../../../testing/check.hpp"

namespace {

using tacho::engine::Checkpoints;

Checkpoints::State bytes(std::size_t count) { return Checkpoints::State(count, 7); }

TEST(the_longest_checkpoint_that_is_short_enough_is_found) {
  Checkpoints checkpoints({.count = 9, .bytes = 100});
  checkpoints.add(0, 10, bytes(1));
  checkpoints.add(0, 30, bytes(1));
  checkpoints.add(1, 20, bytes(1));
  CHECK_EQUAL(checkpoints.longest(0, 29).length, 10);
  CHECK_EQUAL(checkpoints.longest(0, 30).length, 30);
  CHECK(checkpoints.longest(0, 9).state == nullptr);
  CHECK(checkpoints.longest(2, 99).state == nullptr);
}

TEST(the_least_recently_used_checkpoint_goes_first) {
  Checkpoints checkpoints({.count = 2, .bytes = 100});
  checkpoints.add(0, 10, bytes(1));
  checkpoints.add(0, 20, bytes(1));
  checkpoints.longest(0, 10);
  checkpoints.add(0, 30, bytes(1));
  CHECK(checkpoints.has(0, 10));
  CHECK(!checkpoints.has(0, 20));
  CHECK(checkpoints.has(0, 30));
}

TEST(checkpoints_stay_within_their_bytes) {
  Checkpoints checkpoints({.count = 9, .bytes = 100});
  checkpoints.add(0, 10, bytes(60));
  checkpoints.add(0, 20, bytes(60));
  CHECK_EQUAL(checkpoints.count(), 1U);
  CHECK_EQUAL(checkpoints.bytes(), 60U);
  CHECK(!checkpoints.fits(101));
}

TEST(a_shared_state_counts_once_and_goes_with_its_last_sequence) {
  Checkpoints checkpoints({.count = 9, .bytes = 100});
  checkpoints.add(0, 10, bytes(60));
  checkpoints.share(0, 1);
  CHECK_EQUAL(checkpoints.bytes(), 60U);
  checkpoints.cut(0, 0);
  CHECK_EQUAL(checkpoints.bytes(), 60U);
  CHECK_EQUAL(checkpoints.longest(1, 10).length, 10);
  checkpoints.cut(1, 9);
  CHECK_EQUAL(checkpoints.bytes(), 0U);
}

TEST(a_dropped_state_no_longer_counts_while_somebody_reads_it) {
  Checkpoints checkpoints({.count = 9, .bytes = 100});
  checkpoints.add(0, 10, bytes(60));
  const auto read = checkpoints.longest(0, 10);
  checkpoints.cut(0, 0);
  CHECK_EQUAL(read.state->size(), 60U);
  CHECK_EQUAL(checkpoints.bytes(), 0U);
}

TEST(a_cut_keeps_the_checkpoint_at_its_own_length) {
  Checkpoints checkpoints({.count = 9, .bytes = 100});
  checkpoints.add(0, 10, bytes(1));
  checkpoints.add(0, 11, bytes(1));
  checkpoints.cut(0, 10);
  CHECK(checkpoints.has(0, 10));
  CHECK(!checkpoints.has(0, 11));
}

}  // namespace
