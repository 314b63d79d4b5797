#include "nvml_fixture.hpp"

namespace tacho::telemetry::nvml::tests {

TEST(without_the_library_the_gpus_are_absent_and_looked_for_again) {
  const Fake fake;
  const TemporaryPath missing;
  Bench bench(missing.path);
  bench.tick();
  CHECK_EQUAL(bench.state(), "absent");
  CHECK(bench.reason().find(missing.path) != std::string::npos);
  CHECK_EQUAL(bench.value("tacho_gpu_devices"), 0);
  CHECK(!bench.shows("{gpu="));
  CHECK(symlink(fake_library().c_str(), missing.path.c_str()) == 0);
  bench.ticks(4);
  CHECK_EQUAL(bench.state(), "running");
  CHECK_EQUAL(bench.of_gpu("up"), 1);
}

TEST(without_a_driver_or_a_gpu_they_are_absent_too) {
  Fake fake;
  fake.say("return.nvmlInit_v2", "9");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.state(), "absent");
  CHECK_EQUAL(bench.reason(), "nvmlInit_v2: driver_not_loaded");
  fake.unsay("return.nvmlInit_v2");
  fake.say("gpus", "0");
  bench.ticks(4);
  CHECK_EQUAL(bench.state(), "absent");
  CHECK_EQUAL(bench.reason(), "NVML found no GPU.");
}

TEST(a_library_that_is_none_of_nvidias_is_a_failure) {
  const Fake fake;
  Bench bench("libm.so.6");
  bench.tick();
  CHECK_EQUAL(bench.state(), "failed");
  CHECK_EQUAL(bench.reason(), "nvmlInit_v2: function_not_found");
}

TEST(a_library_of_another_version_than_the_driver_is_loaded_again_until_they_match) {
  Fake fake;
  fake.say("return.nvmlInit_v2", "18");
  Bench bench;
  bench.ticks(64);
  CHECK_EQUAL(bench.state(), "failed");
  CHECK_EQUAL(bench.reason(), "nvmlInit_v2: lib_rm_version_mismatch");
  CHECK_EQUAL(Fake::calls("nvmlInit_v2"), 7);
  CHECK_EQUAL(Fake::calls("loaded", '-'), Fake::calls("loaded"));
  fake.unsay("return.nvmlInit_v2");
  bench.ticks(64);
  CHECK_EQUAL(bench.state(), "running");
}

TEST(an_upgrade_in_mid_run_takes_everything_away_and_is_recovered_from) {
  Fake fake;
  fake.say("field.83", "900000");
  Bench bench;
  bench.tick();
  fake.say("field.83", "905000");
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("energy_joules_total"), 5);

  fake.say("return.*", "18");
  bench.tick();
  CHECK_EQUAL(bench.state(), "failed");
  CHECK(bench.reason().ends_with(": lib_rm_version_mismatch"));
  CHECK_EQUAL(bench.of_gpu("up"), 0);
  CHECK_EQUAL(bench.value("tacho_gpu_devices"), 0);
  CHECK(!bench.shows("tacho_gpu_power_watts{"));
  CHECK(!bench.shows("cuda_version=\"12.4\"} 1\n"));
  CHECK_EQUAL(bench.of_gpu("energy_joules_total"), 5);

  fake.unsay("return.*");
  fake.say("driver", "560.1");
  fake.say("field.83", "1000");
  bench.ticks(2);
  CHECK_EQUAL(bench.state(), "running");
  CHECK(bench.shows("driver_version=\"560.1\",cuda_version=\"12.4\"} 1\n"));
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
  CHECK_EQUAL(bench.of_gpu("energy_joules_total"), 5);
  fake.say("field.83", "4000");
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("energy_joules_total"), 8);
}

TEST(nvml_shut_down_by_somebody_else_is_initialised_again) {
  Fake fake;
  Bench bench;
  bench.tick();
  fake.say("return.nvmlDeviceGetUtilizationRates", "1");
  bench.tick();
  CHECK_EQUAL(bench.state(), "failed");
  CHECK_EQUAL(bench.reason(), "nvmlDeviceGetUtilizationRates: uninitialized");
  CHECK(!bench.shows("tacho_gpu_power_watts{"));
  CHECK(!bench.shows("tacho_gpu_temperature_celsius{"));
  fake.unsay("return.nvmlDeviceGetUtilizationRates");
  bench.ticks(2);
  CHECK_EQUAL(bench.state(), "running");
  CHECK_EQUAL(Fake::calls("nvmlInit_v2"), 2);
}

TEST(a_lost_gpu_is_down_and_shows_nothing_while_the_other_goes_on) {
  Fake fake;
  fake.say("gpus", "2");
  fake.say("xids.0.79", "0");
  Bench bench;
  bench.tick();
  fake.say("return.*.0", "15");
  fake.say("xids.0.79", "1");
  bench.tick();
  CHECK_EQUAL(bench.state(), "running");
  CHECK_EQUAL(bench.reason(), "1 of 2 GPUs lost.");
  CHECK_EQUAL(bench.value("tacho_gpu_devices"), 1);
  CHECK_EQUAL(bench.of_gpu("up"), 0);
  CHECK_EQUAL(bench.of_gpu("xid_errors_total", ",code=\"79\""), 1);
  CHECK(!bench.shows("tacho_gpu_power_watts{gpu=\"0\""));
  CHECK(!bench.shows("tacho_gpu_memory_used_bytes{gpu=\"0\""));
  fake.forget_calls();
  bench.ticks(60);
  CHECK_EQUAL(bench.of_gpu("up"), 0);
  CHECK_EQUAL(bench.value("tacho_gpu_power_watts{gpu=\"1\",uuid=\"GPU-1\"}"), 71.5);
  CHECK_EQUAL(bench.value("tacho_gpu_up{gpu=\"1\",uuid=\"GPU-1\"}"), 1);
  CHECK_EQUAL(Fake::calls("nvmlInit_v2"), 5);  // after 1, 3, 7, 15 and 31 s

  fake.unsay("return.*.0");
  bench.ticks(64);
  CHECK_EQUAL(bench.reason(), "");
  CHECK_EQUAL(bench.of_gpu("up"), 1);
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
}

TEST(a_gpu_that_answers_nothing_is_lost_whatever_it_says) {
  Fake fake;
  Bench bench;
  bench.tick();
  for (const auto* function :
       {"UtilizationRates", "MemoryInfo_v2", "PowerUsage", "TemperatureV", "ClockInfo",
        "CurrentClocksEventReasons", "EncoderUtilization", "DecoderUtilization", "FieldValues"})
    fake.say(std::string("return.nvmlDeviceGet") + function, "2");
  bench.ticks(10);
  CHECK_EQUAL(bench.of_gpu("up"), 0);
}

TEST(a_gpu_that_was_never_well_is_down_until_it_tells_its_uuid) {
  Fake fake;
  fake.say("gpus", "2");
  fake.say("return.nvmlDeviceGetHandleByIndex_v2.1", "15");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.value("tacho_gpu_up{gpu=\"1\",uuid=\"\"}"), 0);
  CHECK_EQUAL(bench.of_gpu("up"), 1);
  fake.unsay("return.nvmlDeviceGetHandleByIndex_v2.1");
  bench.ticks(2);
  CHECK_EQUAL(bench.value("tacho_gpu_up{gpu=\"1\",uuid=\"GPU-1\"}"), 1);
  CHECK(!bench.shows("tacho_gpu_up{gpu=\"1\",uuid=\"\"}"));
}

TEST(a_gpu_that_gets_another_index_is_not_lost) {
  Fake fake;
  fake.say("gpus", "2");
  Bench bench;
  bench.tick();
  fake.say("return.nvmlDeviceGetUtilizationRates.0", "15");
  bench.tick();
  fake.unsay("return.nvmlDeviceGetUtilizationRates.0");
  fake.say("gpus", "1");
  fake.say("uuid.0", "GPU-1");
  bench.ticks(2);
  CHECK_EQUAL(bench.value("tacho_gpu_up{gpu=\"0\",uuid=\"GPU-1\"}"), 1);
  CHECK_EQUAL(bench.value("tacho_gpu_up{gpu=\"0\",uuid=\"GPU-0\"}"), 0);
  CHECK(!bench.shows("tacho_gpu_up{gpu=\"1\""));
}

TEST(a_gpu_that_was_given_to_somebody_else_is_not_ours) {
  Fake fake;
  fake.say("gpus", "2");
  fake.say("return.nvmlDeviceGetHandleByIndex_v2.1", "4");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.reason(), "");
  CHECK(!bench.shows("gpu=\"1\""));
}

TEST(nothing_is_left_open_at_the_end) {
  Fake fake;
  {
    Bench bench;
    bench.tick();
  }
  CHECK_EQUAL(Fake::calls("nvmlEventSetFree"), 1);
  CHECK_EQUAL(Fake::calls("nvmlShutdown"), 1);
  CHECK_EQUAL(Fake::calls("loaded", '-'), 1);
}

}  // namespace tacho::telemetry::nvml::tests
