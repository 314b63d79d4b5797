#include "../../testing/check.hpp"
#include "../nvml/accumulator.hpp"

namespace tacho::telemetry::nvml::tests {
namespace {

constexpr bool kWraps = true;

}  // namespace

TEST(growth_is_what_came_since_the_reading_before) {
  Accumulator total(false);
  CHECK_EQUAL(total.growth(100), 0);
  CHECK_EQUAL(total.growth(130), 30);
  CHECK_EQUAL(total.growth(130), 0);
}

TEST(a_total_that_starts_anew_is_never_negative_and_goes_on_from_there) {
  Accumulator total(false);
  total.growth(1000);
  CHECK_EQUAL(total.growth(5), 0);
  CHECK_EQUAL(total.growth(8), 3);
  CHECK_EQUAL(total.growth(10), 2);
}

TEST(a_hiccup_is_no_new_start) {
  Accumulator total(false);
  total.growth(1000);
  CHECK_EQUAL(total.growth(0), 0);
  CHECK_EQUAL(total.growth(1007), 7);
}

TEST(counters_of_both_widths_wrap) {
  Accumulator narrow(kWraps);
  narrow.growth(UINT32_MAX - 9);
  CHECK_EQUAL(narrow.growth(10), 20);
  Accumulator wide(kWraps);
  wide.growth(UINT64_MAX - 9);
  CHECK_EQUAL(wide.growth(10), 20);
}

TEST(a_wide_counter_far_from_its_end_does_not_wrap) {
  Accumulator total(kWraps);
  total.growth(std::uint64_t{1} << 40);
  CHECK_EQUAL(total.growth(10), 0);
  CHECK_EQUAL(total.growth(15), 5);
}

TEST(after_a_new_start_of_the_driver_a_fall_is_no_wrap) {
  Accumulator total(kWraps);
  total.growth(1000);
  total.expect_restart();
  CHECK_EQUAL(total.growth(10), 0);
  CHECK_EQUAL(total.growth(15), 5);
  CHECK_EQUAL(total.growth(5), UINT32_MAX - 9);
}

}  // namespace tacho::telemetry::nvml::tests
