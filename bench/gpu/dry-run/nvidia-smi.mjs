// Stands in for nvidia-smi in a dry run: says in its words what the tests' stand-in for NVML says in NVML's
// (native/telemetry/tests/fake_nvml/fake_nvml.c). No more than the benches ask.

const SAID = `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
  <driver_version>550.54.15</driver_version>
  <cuda_version>12.4</cuda_version>
  <gpu id="00000000:00:00.0">
    <product_name>Fake H200</product_name>
    <mig_mode><current_mig>N/A</current_mig></mig_mode>
    <serial>163000</serial>
    <uuid>GPU-0</uuid>
    <pci><pci_bus_id>00000000:00:00.0</pci_bus_id><replay_counter>0</replay_counter></pci>
    <clocks_event_reasons>
      <clocks_event_reason_gpu_idle>Active</clocks_event_reason_gpu_idle>
      <clocks_event_reason_applications_clocks_setting>Not Active</clocks_event_reason_applications_clocks_setting>
      <clocks_event_reason_sw_power_cap>Active</clocks_event_reason_sw_power_cap>
      <clocks_event_reason_hw_slowdown>Not Active</clocks_event_reason_hw_slowdown>
      <clocks_event_reason_hw_thermal_slowdown>Active</clocks_event_reason_hw_thermal_slowdown>
      <clocks_event_reason_hw_power_brake_slowdown>Not Active</clocks_event_reason_hw_power_brake_slowdown>
      <clocks_event_reason_sync_boost>Not Active</clocks_event_reason_sync_boost>
      <clocks_event_reason_sw_thermal_slowdown>Not Active</clocks_event_reason_sw_thermal_slowdown>
      <clocks_event_reason_display_clocks_setting>Not Active</clocks_event_reason_display_clocks_setting>
    </clocks_event_reasons>
    <clocks_event_reasons_counters>
      <clocks_event_reasons_counters_sw_power_cap>0 us</clocks_event_reasons_counters_sw_power_cap>
      <clocks_event_reasons_counters_sync_boost>0 us</clocks_event_reasons_counters_sync_boost>
      <clocks_event_reasons_counters_sw_therm_slowdown>0 us</clocks_event_reasons_counters_sw_therm_slowdown>
      <clocks_event_reasons_counters_hw_therm_slowdown>0 us</clocks_event_reasons_counters_hw_therm_slowdown>
      <clocks_event_reasons_counters_hw_power_brake>0 us</clocks_event_reasons_counters_hw_power_brake>
    </clocks_event_reasons_counters>
    <fb_memory_usage>
      <total>1024 MiB</total><reserved>0 MiB</reserved><used>0 MiB</used><free>1023 MiB</free>
    </fb_memory_usage>
    <utilization>
      <gpu_util>57 %</gpu_util><memory_util>29 %</memory_util>
      <encoder_util>11 %</encoder_util><decoder_util>12 %</decoder_util>
    </utilization>
    <ecc_errors>
      <volatile>
        <sram_correctable>0</sram_correctable>
        <sram_uncorrectable_parity>0</sram_uncorrectable_parity>
        <sram_uncorrectable_secded>0</sram_uncorrectable_secded>
        <dram_correctable>0</dram_correctable>
        <dram_uncorrectable>0</dram_uncorrectable>
      </volatile>
      <aggregate>
        <sram_correctable>0</sram_correctable>
        <sram_uncorrectable_parity>0</sram_uncorrectable_parity>
        <sram_uncorrectable_secded>0</sram_uncorrectable_secded>
        <dram_correctable>0</dram_correctable>
        <dram_uncorrectable>0</dram_uncorrectable>
      </aggregate>
    </ecc_errors>
    <retired_pages>
      <multiple_single_bit_retirement><retired_count>0</retired_count></multiple_single_bit_retirement>
      <double_bit_retirement><retired_count>0</retired_count></double_bit_retirement>
      <pending_retirement>No</pending_retirement>
    </retired_pages>
    <remapped_rows>
      <remapped_row_corr>0</remapped_row_corr>
      <remapped_row_unc>0</remapped_row_unc>
      <remapped_row_pending>No</remapped_row_pending>
      <remapped_row_failure>No</remapped_row_failure>
    </remapped_rows>
    <gpu_recovery_action>None</gpu_recovery_action>
    <temperature><gpu_temp>62 C</gpu_temp><memory_temp>45 C</memory_temp></temperature>
    <gpu_power_readings>
      <average_power_draw>71.50 W</average_power_draw><current_power_limit>700.00 W</current_power_limit>
    </gpu_power_readings>
    <clocks><sm_clock>1980 MHz</sm_clock><mem_clock>3201 MHz</mem_clock></clocks>
    <processes>
    </processes>
  </gpu>
</nvidia_smi_log>`;

const args = process.argv.slice(2).join(" ");
if (args === "-q -x") console.log(SAID);
else {
  console.error(`Expected -q -x but received '${args}'.`);
  process.exitCode = 2;
}
