#include "../nvml/process_memory.hpp"
#include "nvml_fixture.hpp"

namespace tacho::telemetry::nvml::tests {

TEST(a_gpu_shows_its_values_in_base_units) {
  Fake fake;
  fake.say("field.190", "700000");
  fake.say("field.82", "71");
  fake.say("field.82.type", "1");
  fake.say("field.4", "3");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.state(), "running");
  CHECK_EQUAL(bench.reason(), "");
  CHECK_EQUAL(bench.value("tacho_gpu_devices"), 1);
  CHECK(bench.value("tacho_gpu_last_read_timestamp_seconds") > 1.7e9);
  CHECK_EQUAL(bench.of_gpu("up"), 1);
  CHECK_EQUAL(bench.of_gpu("utilization_ratio"), 0.57);
  CHECK_EQUAL(bench.of_gpu("memory_utilization_ratio"), 0.29);
  CHECK_EQUAL(bench.of_gpu("encoder_utilization_ratio"), 0.11);
  CHECK_EQUAL(bench.of_gpu("decoder_utilization_ratio"), 0.12);
  CHECK_EQUAL(bench.of_gpu("memory_total_bytes"), 1 << 30);
  CHECK_EQUAL(bench.of_gpu("memory_used_bytes"), 1000);
  CHECK_EQUAL(bench.of_gpu("memory_reserved_bytes"), 500);
  CHECK_EQUAL(bench.of_gpu("memory_free_bytes"), (1 << 30) - 1500);
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
  CHECK_EQUAL(bench.of_gpu("power_limit_watts"), 700);
  CHECK_EQUAL(bench.of_gpu("temperature_celsius", ",sensor=\"gpu\""), 62);
  CHECK_EQUAL(bench.of_gpu("temperature_celsius", ",sensor=\"memory\""), 71);
  CHECK_EQUAL(bench.of_gpu("clock_hertz", ",clock=\"sm\""), 1.98e9);
  CHECK_EQUAL(bench.of_gpu("clock_hertz", ",clock=\"memory\""), 3.201e9);
  CHECK_EQUAL(bench.of_gpu("ecc_errors", ",error=\"uncorrected\",scope=\"volatile\""), 3);
  CHECK_EQUAL(bench.of_gpu("recovery_action", ",action=\"none\""), 1);
  CHECK_EQUAL(bench.of_gpu("recovery_action", ",action=\"reboot_node\""), 0);
  CHECK(
      bench.shows("tacho_gpu_info{gpu=\"0\",uuid=\"GPU-0\",name=\"Fake H200\",serial=\"163000\",pci_bus_id="
                  "\"00000000:00:00.0\",driver_version=\"550.54.15\",cuda_version=\"12.4\"} 1\n"));
}

TEST(what_the_driver_writes_is_made_printable) {
  Fake fake;
  fake.say("uuid.0", "GPU-\xff\x01");
  fake.say("driver", "\xc3");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.value("tacho_gpu_up{gpu=\"0\",uuid=\"GPU-??\"}"), 1);
  CHECK(bench.shows("driver_version=\"?\""));
}

TEST(each_reason_for_throttling_is_a_bit_but_idleness_is_none) {
  Fake fake;
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("throttle_active", ",reason=\"software_power_cap\""), 1);
  CHECK_EQUAL(bench.of_gpu("throttle_active", ",reason=\"hardware_thermal\""), 1);
  CHECK_EQUAL(bench.of_gpu("throttle_active", ",reason=\"software_thermal\""), 0);
  CHECK(!bench.shows("idle\""));
  fake.say("reasons", "0");
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("throttle_active", ",reason=\"hardware_thermal\""), 0);
}

TEST(totals_of_the_hardware_count_from_the_first_reading) {
  Fake fake;
  fake.say("field.83", "5000000");
  fake.say("field.271", "1000000000");
  fake.say("field.138", "7");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("energy_joules_total"), 0);
  fake.say("field.83", "5012500");
  fake.say("field.271", "3500000000");
  fake.say("field.138", "9");
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("energy_joules_total"), 12.5);
  CHECK_EQUAL(bench.of_gpu("throttled_seconds_total", ",reason=\"hardware_power_brake\""), 2.5);
  CHECK_EQUAL(bench.of_gpu("nvlink_bytes_total", ",direction=\"transmit\""), 2048);
}

TEST(totals_go_on_when_another_reader_takes_over) {
  Fake fake;
  fake.say("field.83", "1000");
  const auto segment = Segment::create(std::nullopt, kRoomy);
  for (int round = 1; round <= 3; ++round) {
    Bench bench(fake_library(), segment);
    bench.tick();
    fake.say("field.83", std::to_string(1000 + round * 2000));
    bench.tick();
    CHECK_EQUAL(bench.of_gpu("energy_joules_total"), round * 2);
  }
}

TEST(a_short_counter_that_wraps_loses_nothing) {
  Fake fake;
  for (const auto* field : {"field.197", "field.198"}) fake.say(field, "4294967000");
  fake.say("field.197.type", "1");
  Bench bench;
  bench.tick();
  for (const auto* field : {"field.197", "field.198"}) fake.say(field, "704");
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("pcie_bytes_total", ",direction=\"transmit\""), 1000);
  CHECK_EQUAL(bench.of_gpu("pcie_bytes_total", ",direction=\"receive\""), 1000);
}

TEST(what_is_not_supported_has_no_series_and_is_soon_left_alone) {
  Fake fake;
  fake.say("return.nvmlDeviceGetUtilizationRates", "3");
  fake.say("return.nvmlDeviceGetClockInfo", "3");
  fake.say("field.83.return", "3");
  Bench bench;
  bench.ticks(20);
  CHECK(!bench.shows("tacho_gpu_utilization_ratio{"));
  CHECK(!bench.shows("tacho_gpu_clock_hertz{"));
  CHECK(!bench.shows("tacho_gpu_energy_joules_total{"));
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
  CHECK_EQUAL(Fake::calls("nvmlDeviceGetUtilizationRates"), 3);
  CHECK_EQUAL(Fake::calls("nvmlDeviceGetPowerUsage"), 20);
}

TEST(what_fails_vanishes_is_tried_ever_more_seldom_and_comes_back) {
  Fake fake;
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
  fake.say("return.nvmlDeviceGetPowerUsage", "999");
  fake.forget_calls();
  bench.ticks(64);
  CHECK(!bench.shows("tacho_gpu_power_watts{"));
  CHECK_EQUAL(bench.of_gpu("up"), 1);
  CHECK_EQUAL(Fake::calls("nvmlDeviceGetPowerUsage"), 7);  // after 0, 1, 3, 7, 15, 31 and 63 s
  fake.unsay("return.nvmlDeviceGetPowerUsage");
  bench.ticks(64);
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
  fake.forget_calls();
  bench.ticks(10);
  CHECK_EQUAL(Fake::calls("nvmlDeviceGetPowerUsage"), 10);
}

TEST(what_takes_long_is_asked_ever_more_seldom_until_it_is_fast_again) {
  Fake fake;
  Bench bench;
  bench.tick();
  fake.forget_calls();
  bench.time_between_readings = Seconds(0.25);
  const auto slow_from = bench.now;
  while (bench.now < slow_from + Seconds(1000)) bench.tick();
  const auto slow_calls = Fake::calls("nvmlDeviceGetPowerUsage");
  CHECK(slow_calls >= 8 && slow_calls <= 12);
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
  bench.time_between_readings = Seconds(0);
  bench.ticks(300);
  fake.forget_calls();
  bench.ticks(10);
  CHECK_EQUAL(Fake::calls("nvmlDeviceGetPowerUsage"), 10);
}

TEST(a_slow_field_does_not_slow_the_others_down) {
  Fake fake;
  fake.say("field.82.latency_us", "490000");
  fake.say("field.83.latency_us", "10");
  fake.say("field.82", "70");
  // So that the call for the fields is the last of a tick.
  fake.say("return.nvmlDeviceGetMigMode", "3");
  fake.say("return.nvmlDeviceGetComputeRunningProcesses_v3", "3");
  Bench bench;
  bench.ticks(100);
  bench.time_between_readings = Seconds(0.25);
  bench.tick();
  bench.time_between_readings = Seconds(0);
  fake.say("field.82", "80");
  fake.say("field.83", "1000");
  bench.tick(Seconds(0.5));
  CHECK_EQUAL(bench.of_gpu("energy_joules_total"), 1);
  CHECK_EQUAL(bench.of_gpu("temperature_celsius", ",sensor=\"memory\""), 70);
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("temperature_celsius", ",sensor=\"memory\""), 80);
}

TEST(two_gpus_are_told_apart) {
  Fake fake;
  fake.say("gpus", "2");
  fake.say("return.nvmlDeviceGetPowerUsage.1", "3");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.value("tacho_gpu_devices"), 2);
  CHECK_EQUAL(bench.of_gpu("power_watts"), 71.5);
  CHECK_EQUAL(bench.value("tacho_gpu_utilization_ratio{gpu=\"1\",uuid=\"GPU-1\"}"), 0.57);
  CHECK(!bench.shows("tacho_gpu_power_watts{gpu=\"1\""));
}

TEST(an_old_driver_lacks_functions_and_shows_the_rest) {
  const Fake fake;
  Bench bench(fake_library("libfake_nvml_old.so"));
  bench.ticks(5);
  CHECK_EQUAL(bench.state(), "running");
  CHECK_EQUAL(bench.of_gpu("up"), 1);
  CHECK_EQUAL(bench.of_gpu("utilization_ratio"), 0.57);
  CHECK_EQUAL(bench.of_gpu("memory_used_bytes"), 1000);
  CHECK_EQUAL(bench.of_gpu("temperature_celsius", ",sensor=\"gpu\""), 61);
  CHECK_EQUAL(bench.of_gpu("throttle_active", ",reason=\"software_power_cap\""), 1);
  for (const auto* absent : {"memory_reserved_bytes{", "power_watts{", "energy_joules_total{",
                             "xid_errors_total{", "mig_enabled{", "processes{"})
    CHECK(!bench.shows(std::string("tacho_gpu_") + absent));
}

TEST(processes_are_added_up_by_name) {
  Fake fake;
  fake.say("processes.0", "10:4096:/usr/bin/python3 serve.py,11:1000:/usr/bin/python3,12:5:");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("processes"), 3);
  CHECK_EQUAL(bench.of_gpu("process_memory_bytes", ",process=\"python3\""), 5096);
  CHECK_EQUAL(bench.of_gpu("process_memory_bytes", ",process=\"unknown\""), 5);
  fake.say("processes.0", "12:6:");
  bench.ticks(30);
  CHECK(!bench.shows("python3"));
  CHECK_EQUAL(bench.of_gpu("process_memory_bytes", ",process=\"unknown\""), 6);
  CHECK_EQUAL(Fake::calls("nvmlDeviceGetComputeRunningProcesses_v3"), 2);
}

TEST(names_of_processes_beyond_the_most_share_one_series) {
  Fake fake;
  Bench bench;
  for (int round = 0; round < 5; ++round) {
    std::string processes;
    for (int i = 0; i < 20; ++i) {
      const auto id = std::to_string(round * 20 + i);
      processes += (i == 0 ? "" : ",") + id + ":10:p" + id;
    }
    fake.say("processes.0", processes);
    bench.tick(Seconds(40));
  }
  CHECK_EQUAL(bench.of_gpu("process_memory_bytes", ",process=\"other\""), 200);
  fake.say("processes.0", "1:10:p1");
  bench.tick(Seconds(40));
  CHECK_EQUAL(bench.of_gpu("process_memory_bytes", ",process=\"p1\""), 10);
}

TEST(more_processes_than_the_driver_can_have_are_no_values) {
  Fake fake;
  fake.say("process_count", "4000000000");
  Bench bench;
  bench.tick();
  CHECK(!bench.shows("tacho_gpu_processes{"));
}

TEST(a_program_is_named_by_its_file) {
  CHECK_EQUAL(program_of("/opt/x y/z"), "x");
  CHECK_EQUAL(program_of("/usr/bin/python3 -m x"), "python3");
  CHECK_EQUAL(program_of("tritonserver"), "tritonserver");
  CHECK_EQUAL(program_of(""), "unknown");
  CHECK_EQUAL(program_of("/a/\xff\n"), "??");
  CHECK_EQUAL(static_cast<int>(program_of(std::string(500, 'x')).size()), 64);
}

TEST(a_partitioned_gpu_shows_its_partitions_memory) {
  Fake fake;
  fake.say("mig.0", "2");
  fake.say("return.nvmlDeviceGetUtilizationRates", "3");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("mig_enabled"), 1);
  CHECK_EQUAL(bench.of_gpu("mig_memory_total_bytes", ",gpu_instance=\"1\",compute_instance=\"0\""), 1 << 20);
  CHECK_EQUAL(bench.of_gpu("mig_memory_used_bytes", ",gpu_instance=\"2\",compute_instance=\"0\""), 1000);
  CHECK_EQUAL(bench.of_gpu("mig_info",
                           ",gpu_instance=\"2\",compute_instance=\"0\",mig_uuid=\"MIG-0-1\",name="
                           "\"Fake H200 MIG 1g\""),
              1);
  CHECK(!bench.shows("tacho_gpu_utilization_ratio{"));
  fake.say("mig.0", "1");
  bench.ticks(10);
  CHECK(!bench.shows("mig_memory_used_bytes{gpu=\"0\",uuid=\"GPU-0\",gpu_instance=\"2\""));
  CHECK_EQUAL(bench.of_gpu("mig_memory_used_bytes", ",gpu_instance=\"1\",compute_instance=\"0\""), 1000);
  fake.unsay("mig.0");
  bench.ticks(10);
  CHECK(!bench.shows("tacho_gpu_mig_memory_used_bytes{"));
}

TEST(a_burst_of_xids_is_counted_by_code) {
  Fake fake;
  fake.say("xids.0.79", "5");
  Bench bench;
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("xid_errors_total", ",code=\"79\""), 0);
  fake.say("xids.0.79", "6");
  fake.say("xids.0.13", "300");
  fake.say("xids.0.137", "2");
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("xid_errors_total", ",code=\"79\""), 1);
  CHECK_EQUAL(bench.of_gpu("xid_errors_total", ",code=\"13\""), 300);
  CHECK_EQUAL(bench.of_gpu("xid_errors_total", ",code=\"137\""), 2);
}

TEST(a_storm_of_xids_does_not_keep_the_other_readings_waiting) {
  Fake fake;
  Bench bench;
  bench.tick();
  fake.say("xids.0.31", "2500");
  fake.say("power_mw", "1000");
  bench.tick();
  CHECK_EQUAL(bench.of_gpu("power_watts"), 1);
  CHECK_EQUAL(bench.of_gpu("xid_errors_total", ",code=\"31\""), 1000);
  bench.ticks(2);
  CHECK_EQUAL(bench.of_gpu("xid_errors_total", ",code=\"31\""), 2500);
}

TEST(the_cost_of_reading_is_shown) {
  const Fake fake;
  Bench bench;
  bench.time_between_readings = Seconds(0.001);
  bench.ticks(3);
  CHECK_EQUAL(Fake::calls("nvmlDeviceGetPowerUsage"), 3);
  CHECK_EQUAL(bench.value("tacho_gpu_nvml_calls_total{call=\"nvmlDeviceGetPowerUsage\",result=\"success\"}"),
              3);
  CHECK_EQUAL(
      bench.value("tacho_gpu_nvml_calls_total{call=\"nvmlDeviceGetMigMode\",result=\"not_supported\"}"), 1);
  const auto spent = bench.value("tacho_gpu_nvml_seconds_total");
  CHECK(spent > 0.020 && spent < 0.200);
  CHECK_EQUAL(bench.timed_calls("nvmlDeviceGetPowerUsage"), 3);
}

TEST(a_full_segment_costs_series_and_says_so) {
  const Fake fake;
  Bench bench(
      fake_library(),
      Segment::create(std::nullopt, {.shards = 1, .cells_per_shard = 512, .directory_bytes = 1 << 14}));
  bench.ticks(3);
  CHECK_EQUAL(bench.state(), "running");
  CHECK(bench.reason().find("Expected room for metric") != std::string::npos);
}

}  // namespace tacho::telemetry::nvml::tests
