#include "nvml_fixture.hpp"

namespace tacho::telemetry::nvml::tests {

TEST(parts_of_a_gpu_show_their_means_between_two_readings) {
  Fake fake;
  fake.say("gpm", "1");
  fake.say("gpm.1", "101");
  fake.say("gpm.2", "88.5");
  fake.say("gpm.3", "30");
  fake.say("gpm.5", "41");
  fake.say("gpm.10", "57");
  Bench bench;
  bench.tick();
  CHECK(!bench.shows("tacho_gpu_sm_active_ratio{"));
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("engine_active_ratio"), 1);
  CHECK_EQUAL(bench.of_gpu("sm_active_ratio"), 0.885);
  CHECK_EQUAL(bench.of_gpu("sm_occupancy_ratio"), 0.3);
  CHECK_EQUAL(bench.of_gpu("pipe_active_ratio", ",pipe=\"tensor\""), 0.41);
  CHECK_EQUAL(bench.of_gpu("pipe_active_ratio", ",pipe=\"fp16\""), 0);
  CHECK_EQUAL(bench.of_gpu("memory_bandwidth_utilization_ratio"), 0.57);
  fake.say("gpm.2", "12");
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("sm_active_ratio"), 0.12);
}

TEST(samples_of_parts_are_never_nearer_than_the_hardware_measures) {
  Fake fake;
  fake.say("gpm", "1");
  Bench bench;
  for (int i = 0; i < 10; ++i) bench.tick(Seconds(0.04));
  CHECK_EQUAL(Fake::calls("nvmlGpmSampleGet"), 4);  // after 0, 0.12, 0.24 and 0.36 s
  // A tick whose other calls were slow, and the next one soon after.
  fake.forget_calls();
  bench.time_between_readings = Seconds(0.25);
  bench.tick();
  bench.time_between_readings = Seconds(0);
  bench.tick(Seconds(0.01));
  CHECK_EQUAL(Fake::calls("nvmlGpmSampleGet"), 1);
}

TEST(a_gpu_without_samples_of_its_parts_has_no_such_series) {
  Fake fake;
  Bench bench;
  bench.ticks(5);
  CHECK_EQUAL(Fake::calls("nvmlGpmQueryDeviceSupport"), 1);
  CHECK_EQUAL(Fake::calls("nvmlGpmSampleAlloc"), 0);
  CHECK(!bench.shows("tacho_gpu_sm_active_ratio{"));
}

TEST(parts_that_cannot_be_told_vanish_and_come_back_by_two_new_samples) {
  Fake fake;
  fake.say("gpm", "1");
  fake.say("gpm.2", "-5");
  fake.say("gpm.3", "7");
  fake.say("gpm.11.return", "3");
  Bench bench;
  bench.ticks(2);
  CHECK(!bench.shows("pipe=\"fp64\""));
  CHECK(!bench.shows("tacho_gpu_sm_active_ratio{"));
  CHECK_EQUAL(bench.of_gpu("sm_occupancy_ratio"), 0.07);
  fake.say("return.nvmlGpmSampleGet", "999");
  bench.tick();
  CHECK(!bench.shows("tacho_gpu_sm_occupancy_ratio{"));
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
  fake.unsay("return.nvmlGpmSampleGet");
  bench.tick();
  CHECK(!bench.shows("tacho_gpu_sm_occupancy_ratio{"));
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("sm_occupancy_ratio"), 0.07);
}

TEST(samples_that_the_driver_cannot_compare_are_soon_taken_no_more) {
  Fake fake;
  fake.say("gpm", "1");
  fake.say("return.nvmlGpmMetricsGet", "3");
  Bench bench;
  bench.ticks(20);
  CHECK_EQUAL(Fake::calls("nvmlGpmMetricsGet"), 3);
  CHECK_EQUAL(Fake::calls("nvmlGpmSampleGet"), 4);
}

TEST(a_partitioned_gpu_is_not_asked_for_its_parts) {
  Fake fake;
  fake.say("gpm", "1");
  Bench bench;
  bench.ticks(2);
  CHECK(bench.shows("tacho_gpu_sm_active_ratio{"));
  fake.say("mig.0", "2");
  bench.ticks(300);
  CHECK(!bench.shows("tacho_gpu_sm_active_ratio{"));
  fake.forget_calls();
  bench.ticks(5);
  CHECK_EQUAL(Fake::calls("nvmlGpmSampleGet"), 0);
}

TEST(what_samples_took_is_given_back_with_the_session) {
  Fake fake;
  fake.say("gpm", "1");
  {
    Bench bench;
    bench.ticks(2);
    fake.say("return.nvmlDeviceGetPowerUsage", "9");
    bench.tick();
    CHECK_EQUAL(bench.state(), "failed");
    CHECK(!bench.shows("tacho_gpu_sm_active_ratio{"));
    CHECK_EQUAL(Fake::calls("nvmlGpmSampleFree"), 2);
    fake.unsay("return.nvmlDeviceGetPowerUsage");
    bench.ticks(5);
    CHECK(bench.shows("tacho_gpu_sm_active_ratio{"));
  }
  CHECK_EQUAL(Fake::calls("nvmlGpmSampleAlloc"), Fake::calls("nvmlGpmSampleFree"));
}

}  // namespace tacho::telemetry::nvml::tests
