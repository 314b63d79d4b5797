#include "../sampling/crew.hpp"

#include <atomic>
#include <set>

#include "../../testing/check.hpp"

namespace {

using tacho::engine::Crew;

TEST(a_crew_does_every_item_once) {
  for (const std::size_t helpers : {0, 1, 3}) {
    Crew crew(helpers);
    CHECK_EQUAL(crew.helpers(), helpers);
    for (std::size_t round = 0; round < 500; ++round) {
      std::vector<std::size_t> done(round % 17);  // each item its own place: no two threads share one
      crew.run(done.size(), [&](std::size_t item) { done[item] += item + 1; });
      for (std::size_t item = 0; item < done.size(); ++item) CHECK_EQUAL(done[item], item + 1);
    }
  }
}

TEST(helpers_share_the_items) {
  Crew crew(2);
  std::mutex mutex;
  std::condition_variable joined;
  std::set<std::thread::id> threads;
  // Each item waits for all three threads, so one thread alone could never do them.
  crew.run(3, [&](std::size_t) {
    std::unique_lock lock(mutex);
    threads.insert(std::this_thread::get_id());
    joined.notify_all();
    joined.wait(lock, [&] { return threads.size() == 3; });
  });
  CHECK_EQUAL(threads.size(), 3U);
}

TEST(a_crew_ends_without_ever_having_worked) { Crew crew(4); }

}  // namespace
