#include "../loop/prefix_cache.hpp"

#include <algorithm>
#include <random>

#include "../../testing/check.hpp"

namespace {

using tacho::engine::PrefixCache;
using tacho::engine::Token;
using Tokens = std::vector<Token>;

/// Two idle sequences in one pool: 0 holds {1 2 3 4}, and 1 shares {1 2} with it and holds {1 2 9}; 0 was
/// used first.
PrefixCache two_conversations() {
  PrefixCache cache(4, 100, true);
  cache.occupy(0, "");
  cache.extend(0, Tokens{1, 2, 3, 4});
  cache.occupy(1, "");
  cache.copy(0, 1, 2);
  cache.extend(1, Tokens{9});
  cache.release(0);
  cache.release(1);
  return cache;
}

TEST(the_longest_beginning_is_found) {
  const auto match = two_conversations().longest("", Tokens{1, 2, 3, 4, 5});
  CHECK_EQUAL(match.sequence, 0);
  CHECK_EQUAL(match.length, 4);
  CHECK_EQUAL(two_conversations().longest("", Tokens{1, 2, 9, 9}).sequence, 1);
  CHECK_EQUAL(two_conversations().longest("", Tokens{7, 7}).sequence, -1);
}

TEST(the_last_token_of_a_prompt_is_always_computed) {
  CHECK_EQUAL(two_conversations().longest("", Tokens{1, 2, 3, 4}).length, 3);
  CHECK_EQUAL(two_conversations().longest("", Tokens{1}).length, 0);
}

TEST(spaces_share_nothing) {
  CHECK_EQUAL(two_conversations().longest("tenant", Tokens{1, 2, 3, 4, 5}).sequence, -1);
}

TEST(running_requests_are_found_too) {
  PrefixCache cache(2, 100, true);
  cache.occupy(0, "");
  cache.extend(0, Tokens{1, 2, 3});
  CHECK_EQUAL(cache.longest("", Tokens{1, 2, 3, 4}).length, 3);
}

TEST(shared_tokens_take_cells_once) {
  auto cache = two_conversations();
  CHECK_EQUAL(cache.used_cells(), 5);
  CHECK_EQUAL(cache.idle_cells(), 5);
  cache.occupy(0, "");
  CHECK_EQUAL(cache.idle_cells(), 1);
  cache.cut(0, 1);
  CHECK_EQUAL(cache.used_cells(), 3);  // 1 is still shared; 1 2 9 is sequence 1's
  CHECK_EQUAL(cache.free_cells(), 97);
}

TEST(without_shared_cells_a_copy_takes_its_own) {
  PrefixCache cache(2, 100, false);
  cache.occupy(0, "");
  cache.extend(0, Tokens{1, 2, 3, 4});
  cache.occupy(1, "");
  cache.copy(0, 1, 3);
  CHECK_EQUAL(cache.used_cells(), 7);
  CHECK_EQUAL(cache.held(1), 3);
}

TEST(the_least_recently_used_tokens_go_first_and_shared_ones_last) {
  auto cache = two_conversations();
  const auto first = cache.least_recent(10);
  CHECK_EQUAL(first->sequences.front(), 0);
  CHECK_EQUAL(first->length, 2);
  cache.cut(0, 2);
  const auto second = cache.least_recent(10);
  CHECK_EQUAL(second->sequences.front(), 1);
  CHECK_EQUAL(second->length, 2);
  cache.cut(1, 2);
  CHECK_EQUAL(cache.least_recent(10)->sequences.size(), 2u);  // both end in {1 2}
}

TEST(no_more_is_dropped_than_is_needed) { CHECK_EQUAL(two_conversations().least_recent(1)->length, 3); }

TEST(what_a_running_request_holds_is_never_dropped) {
  auto cache = two_conversations();
  cache.occupy(0, "");
  cache.occupy(1, "");
  CHECK(!cache.least_recent(1));
}

TEST(a_newcomer_gets_an_empty_place_then_a_doubled_then_the_oldest) {
  auto cache = two_conversations();
  CHECK_EQUAL(cache.vacant(), 2);
  cache.occupy(2, "");
  cache.copy(1, 2, 3);
  cache.release(2);
  cache.occupy(3, "");
  CHECK_EQUAL(cache.vacant(), 1);  // 2 holds the same
  CHECK_EQUAL(cache.vacant(1), 2);
  cache.cut(1, 0);
  cache.occupy(1, "");
  CHECK_EQUAL(cache.vacant(), 0);
  CHECK_EQUAL(cache.vacant(0), 2);
}

TEST(an_emptied_sequence_may_change_its_space) {
  auto cache = two_conversations();
  cache.cut(0, 0);
  cache.occupy(0, "tenant");
  cache.extend(0, Tokens{1, 2, 3});
  CHECK_EQUAL(cache.longest("tenant", Tokens{1, 2, 3, 4}).sequence, 0);
}

/// Against a model that stores every sequence's tokens plainly.
TEST(a_long_random_life_is_counted_rightly) {
  std::mt19937 random(3);
  const auto below = [&](std::size_t limit) { return static_cast<std::int32_t>(random() % limit); };
  constexpr std::int32_t kSequences = 6;
  PrefixCache cache(kSequences, 100000, true);
  std::vector<std::vector<int>> cells(kSequences);  // each sequence's, by number
  std::vector<Tokens> texts(kSequences);
  std::vector<bool> busy(kSequences);
  int last = 0;
  for (int step = 0; step < 20000; ++step) {
    const auto sequence = below(kSequences);
    const auto i = static_cast<std::size_t>(sequence);
    switch (below(5)) {
      case 0:
        busy[i] = !busy[i];
        busy[i] ? cache.occupy(sequence, "") : cache.release(sequence);
        break;
      case 1: {
        Tokens more(1 + random() % 5);
        for (auto& token : more) token = below(2);
        for (const auto token : more) {
          texts[i].push_back(token);
          cells[i].push_back(++last);
        }
        cache.extend(sequence, more);
        break;
      }
      case 2: {
        const auto length = below(texts[i].size() + 1);
        texts[i].resize(static_cast<std::size_t>(length));
        cells[i].resize(static_cast<std::size_t>(length));
        cache.cut(sequence, length);
        break;
      }
      case 3: {
        const auto from = below(kSequences);
        if (from == sequence || !texts[i].empty()) break;
        const auto j = static_cast<std::size_t>(from);
        const auto length = below(texts[j].size() + 1);
        texts[i].assign(texts[j].begin(), texts[j].begin() + length);
        cells[i].assign(cells[j].begin(), cells[j].begin() + length);
        cache.copy(from, sequence, length);
        break;
      }
      default: {
        Tokens text = texts[i];
        text.push_back(1);
        std::size_t best = 0;
        for (const auto& other : texts) {
          const auto end = std::min(other.size(), text.size() - 1);
          const auto same =
              std::mismatch(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(end), text.begin())
                  .first -
              other.begin();
          best = std::max(best, static_cast<std::size_t>(same));
        }
        CHECK_EQUAL(static_cast<std::size_t>(cache.longest("", text).length), best);
      }
    }
    std::vector<int> all;
    std::vector<int> pinned;
    for (std::size_t j = 0; j < cells.size(); ++j) {
      all.insert(all.end(), cells[j].begin(), cells[j].end());
      if (busy[j]) pinned.insert(pinned.end(), cells[j].begin(), cells[j].end());
      CHECK_EQUAL(static_cast<std::size_t>(cache.held(static_cast<std::int32_t>(j))), cells[j].size());
    }
    const auto distinct = [](std::vector<int>& list) {
      std::ranges::sort(list);
      return static_cast<std::int32_t>(std::ranges::unique(list).begin() - list.begin());
    };
    const auto used = distinct(all);
    CHECK_EQUAL(cache.used_cells(), used);
    CHECK_EQUAL(cache.idle_cells(), used - distinct(pinned));
  }
}

}  // namespace
