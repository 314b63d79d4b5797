#include "../loop/draft_policy.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "../../testing/check.hpp"

namespace {

using tacho::engine::DraftCost;
using tacho::engine::DraftPolicy;

constexpr std::int32_t kMost = 8;

/// A request whose guesses are right with a set probability; time is counted in pure decode steps.
class Stream {
 public:
  explicit Stream(double token_cost) : cost_{.step_seconds = 1, .token_seconds = token_cost} {}

  /// Steps until `tokens` more are generated.
  void generate(int tokens, double right) {
    for (int made = 0; made < tokens;) {
      const auto drafted = policy_.wanted(cost_, kMost);
      std::int32_t accepted = 0;
      while (accepted < drafted && chance_(random_) < right) ++accepted;
      policy_.observed(drafted, accepted);
      steps_ += 1 + drafted * cost_.token_seconds;
      tokens_ += accepted + 1;
      made += accepted + 1;
      last_drafted_ = drafted;
    }
  }

  /// Tokens since the last call for the time that one takes without guesses.
  double speed() { return std::exchange(tokens_, 0) / std::exchange(steps_, 0.0); }
  std::int32_t last_drafted() const { return last_drafted_; }

 private:
  DraftPolicy policy_;
  DraftCost cost_;
  std::mt19937 random_{1};
  std::uniform_real_distribution<> chance_;
  double steps_ = 0;
  int tokens_ = 0;
  std::int32_t last_drafted_ = 0;
};

/// Of guesses of one length for ever, the speed of the best length.
double best_speed(double token_cost, double right) {
  double best = 1;
  double tokens = 1;
  double reached = 1;
  for (int k = 1; k <= kMost; ++k) {
    reached *= right;
    tokens += reached;
    best = std::max(best, tokens / (1 + k * token_cost));
  }
  return best;
}

TEST(a_text_that_repeats_gets_the_longest_drafts) {
  Stream stream(0.1);
  stream.generate(100, 1);
  CHECK_EQUAL(stream.last_drafted(), kMost);
  CHECK(stream.speed() > 0.95 * best_speed(0.1, 1));
}

TEST(wrong_guesses_stop_within_a_few_tokens_and_cost_little) {
  for (const auto token_cost : {0.05, 0.1, 0.3, 0.6}) {
    Stream stream(token_cost);
    stream.generate(50, 0);
    CHECK_EQUAL(stream.last_drafted(), 0);
    stream.generate(2000, 0);
    CHECK(stream.speed() > 0.98);
  }
}

TEST(no_acceptance_at_no_cost_makes_a_stream_slower) {
  for (const auto token_cost : {0.03, 0.1, 0.2, 0.35, 0.5, 1.0, 2.0}) {
    for (const auto right : {0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0}) {
      Stream stream(token_cost);
      stream.generate(20000, right);
      const auto speed = stream.speed();
      CHECK(speed > 0.985);
      CHECK(speed > 0.85 * best_speed(token_cost, right));
    }
  }
}

TEST(one_trial_finds_a_text_that_begins_to_repeat) {
  for (const auto token_cost : {0.1, 0.2, 0.5}) {
    Stream stream(token_cost);
    stream.generate(3000, 0);
    stream.generate(300, 1);  // little more than the longest pause
    CHECK(stream.last_drafted() > 3);
  }
}

TEST(a_text_that_ceases_to_repeat_is_noticed) {
  Stream stream(0.2);
  stream.generate(3000, 1);
  stream.speed();
  stream.generate(30, 0);
  CHECK_EQUAL(stream.last_drafted(), 0);
  CHECK(stream.speed() > 0.7);  // of these 30 tokens alone
}

TEST(a_text_of_both_kinds_gains) {
  Stream stream(0.2);
  for (int i = 0; i < 20; ++i) {
    stream.generate(200, 0);
    stream.generate(400, 1);
  }
  CHECK(stream.speed() > 1.3);
}

TEST(many_sequences_whose_tokens_cost_as_much_as_their_share_guess_nothing) {
  DraftPolicy policy;
  for (int i = 0; i < 1000; ++i) {
    CHECK_EQUAL(policy.wanted({.step_seconds = 16, .token_seconds = 1, .sequences = 16}, kMost), 0);
  }
  // The others have ended.
  CHECK(policy.wanted({.step_seconds = 4, .token_seconds = 1, .sequences = 1}, kMost) > 0);
}

TEST(a_look_up_that_finds_nothing_changes_nothing) {
  DraftPolicy policy;
  const DraftCost cost{.step_seconds = 1, .token_seconds = 0.1};
  const auto first = policy.wanted(cost, kMost);
  for (int i = 0; i < 1000; ++i) policy.observed(0, 0);
  CHECK_EQUAL(policy.wanted(cost, kMost), first);
  CHECK(first > 0);
}

TEST(no_room_or_no_measurement_is_no_draft) {
  DraftPolicy policy;
  CHECK_EQUAL(policy.wanted({.step_seconds = 1, .token_seconds = 0.1}, 0), 0);
  CHECK_EQUAL(policy.wanted({}, kMost), 0);
  CHECK_EQUAL(policy.wanted({.step_seconds = 1, .token_seconds = 0.01}, 1), 1);
}

TEST(guesses_that_cost_much_at_all_but_little_each_are_many) {
  DraftPolicy policy;
  const DraftCost cost{.step_seconds = 0.002, .token_seconds = 0.0001, .guessing_seconds = 0.007};
  CHECK_EQUAL(policy.wanted(cost, 3), 0);
  for (int i = 0; i < 20; ++i) policy.observed(8, 8);
  CHECK_EQUAL(policy.wanted(cost, 16), 16);
}

}  // namespace
