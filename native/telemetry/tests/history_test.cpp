#include "../render/history.hpp"

#include "fixture.hpp"

namespace tacho::telemetry::tests {
namespace {

/// Instants at each second from 0; an instant's only value is its time.
History history_until(double last, double horizon) {
  History history(horizon);
  for (double time = 0; time <= last; ++time) history.keep({time, {time}});
  return history;
}

}  // namespace

TEST(a_window_begins_at_the_newest_instant_that_is_old_enough) {
  const auto history = history_until(100, 60);
  CHECK_EQUAL(history.base(100, 10).time, 90);
  CHECK_EQUAL(history.base(100.5, 10).time, 90);
  CHECK_EQUAL(history.base(101.25, 10).time, 91);
  CHECK_EQUAL(history.base(100, 60).time, 40);
  CHECK_EQUAL(history.base(100.75, 60).time, 40);
}

TEST(a_window_that_reaches_before_the_start_begins_there) {
  CHECK_EQUAL(history_until(30, 60).base(30, 60).time, 0);
  CHECK_EQUAL(history_until(30, 60).base(30, 31).time, 0);
  CHECK_EQUAL(history_until(200, 3600).base(200, 3600).time, 0);
  CHECK_EQUAL(history_until(0, 3600).base(0.5, 10).time, 0);
}

TEST(long_windows_begin_at_most_ten_seconds_early) {
  const auto history = history_until(5000, 3600);
  for (const double over : {61.0, 300.0, 1234.0, 3600.0}) {
    const double age = 5000 - history.base(5000, over).time;
    CHECK(age >= over && age < over + 10.5);
  }
  CHECK_EQUAL(history.base(5000, 60).time, 4940);
}

TEST(a_history_keeps_no_more_than_its_windows_need) {
  CHECK(history_until(5000, 60).size() <= 62);
  CHECK(history_until(5000, 10).size() <= 12);
  CHECK(history_until(10000, 3600).size() <= 62 + 362);
}

}  // namespace tacho::telemetry::tests
