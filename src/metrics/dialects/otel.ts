import type { AnyViewSpec } from "../../telemetry/index.js";
import { OTEL } from "../bounds.js";
import type { Dialect } from "../dialect.js";
import { viewsLabelled, type LabelledSource } from "./labelled-views.js";

/** Names are those that OpenTelemetry's are translated to for Prometheus: dots to underscores, units at the end. */
const { counter, gauge, source } = viewsLabelled({
  hw_id: { from: "uuid" },
  hw_type: { value: "gpu" },
  // What NVML reads is theirs.
  hw_vendor: { value: "NVIDIA" },
});

const genAi = viewsLabelled({
  gen_ai_provider_name: { value: "tacho" },
  gen_ai_request_model: { from: "model" },
});

/** What the conventions call the work of our routes; they have no word for rankings. */
export const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  chat: ["/v1/chat/completions", "/v1/responses", "/v1/messages"],
  text_completion: ["/v1/completions"],
  embeddings: ["/v1/embeddings"],
  rerank: ["/v1/rerank", "/rerank"],
};

function byOperation(metric: string): LabelledSource[] {
  return Object.entries(OPERATIONS).map(([operation, route]) => ({
    metric,
    where: { route },
    extra: { gen_ai_operation_name: operation },
  }));
}

const TOKENS: readonly LabelledSource[] = [
  { metric: "tacho_request_prompt_tokens", extra: { gen_ai_token_type: "input" } },
  { metric: "tacho_request_generation_tokens", extra: { gen_ai_token_type: "output" } },
];

const GEN_AI: readonly AnyViewSpec[] = [
  genAi.histogram(
    "gen_ai_server_request_duration_seconds",
    "Time from the arrival of a request to its end.",
    byOperation("tacho_request_duration_seconds"),
    OTEL.durationSeconds,
  ),
  genAi.histogram(
    "gen_ai_server_time_to_first_token_seconds",
    "Time from the arrival of a request to its first token.",
    byOperation("tacho_time_to_first_token_seconds"),
    OTEL.ttftSeconds,
  ),
  genAi.histogram(
    "gen_ai_server_time_per_output_token_seconds",
    "A request's decode time divided by its tokens after the first.",
    "tacho_request_time_per_output_token_seconds",
    OTEL.timePerTokenSeconds,
  ),
  genAi.histogram(
    "gen_ai_client_token_usage",
    "Tokens of one request, by whether they were read or written.",
    TOKENS,
    OTEL.tokens,
  ),
];

const DIRECTIONS: readonly LabelledSource[] = ["receive", "transmit"].map((direction) => ({
  metric: "tacho_gpu_pcie_bytes_total",
  where: { direction },
  extra: { network_io_direction: direction },
}));

const TASKS: readonly LabelledSource[] = [
  { metric: "tacho_gpu_utilization_ratio", extra: { hw_gpu_task: "general" } },
  { metric: "tacho_gpu_encoder_utilization_ratio", extra: { hw_gpu_task: "encoder" } },
  { metric: "tacho_gpu_decoder_utilization_ratio", extra: { hw_gpu_task: "decoder" } },
];

const HARDWARE: readonly AnyViewSpec[] = [
  counter("hw_errors_total", "ECC errors since the driver was loaded.", {
    metric: "tacho_gpu_ecc_errors",
    where: { scope: "volatile" },
    renamed: { error_type: "error" },
  }),
  counter("hw_gpu_io_bytes_total", "PCIe traffic while watched.", DIRECTIONS),
  gauge("hw_gpu_memory_limit_bytes", "Device memory.", "tacho_gpu_memory_total_bytes"),
  gauge("hw_gpu_memory_usage_bytes", "Device memory allocated.", "tacho_gpu_memory_used_bytes"),
  {
    name: "hw_gpu_memory_utilization_ratio",
    type: "gauge",
    help: "Share of device memory that is allocated.",
    over: 0,
    derive: {
      times: [source("tacho_gpu_memory_used_bytes")],
      per: [source("tacho_gpu_memory_total_bytes")],
    },
  },
  gauge("hw_gpu_utilization_ratio", "Share of the last sample period in which the GPU was at work.", TASKS),
  gauge("hw_status", "1 while the GPU answers; 0 once it is lost.", {
    metric: "tacho_gpu_up",
    extra: { hw_state: "ok" },
  }),
  counter("hw_energy_joules_total", "Energy used while watched.", "tacho_gpu_energy_joules_total"),
  gauge("hw_power_watts", "Power drawn.", "tacho_gpu_power_watts"),
  gauge("hw_temperature_celsius", "Temperature of the die and of the memory.", {
    metric: "tacho_gpu_temperature_celsius",
    renamed: { hw_sensor_location: "sensor" },
  }),
];

/** What is measured where our answers are read, or around several of them. */
const WAITING: Readonly<Record<string, readonly string[]>> = {
  "a client's own clock": [
    "gen_ai_client_operation_duration_seconds",
    "gen_ai_client_operation_time_to_first_chunk_seconds",
    "gen_ai_client_operation_time_per_output_chunk_seconds",
  ],
  "agents and tools that the server itself runs": [
    "gen_ai_workflow_duration_seconds",
    "gen_ai_invoke_agent_duration_seconds",
    "gen_ai_execute_tool_duration_seconds",
  ],
};

export const otel: Dialect = {
  name: "otel",
  title: "OpenTelemetry's conventions for generative AI and hardware",
  views: () => [...GEN_AI, ...HARDWARE],
  waiting: Object.entries(WAITING).flatMap(([needs, names]) => names.map((name) => ({ name, needs }))),
  notes: {
    gen_ai_server_request_duration_seconds:
      "Without error_type: requests of every outcome are together. rerank is an operation of our own.",
    gen_ai_server_time_to_first_token_seconds: "Every request with a first token, successful or not.",
    gen_ai_server_time_per_output_token_seconds: "Without gen_ai_operation_name: the engine knows no routes.",
    gen_ai_client_token_usage:
      "As the server counts them, without gen_ai_operation_name; an OpenTelemetry client beside it counts the same again.",
    hw_errors_total: "By error_type, corrected or uncorrected; starts again with the driver.",
    hw_status: "hw_state ok alone, 1 or 0: NVML tells of no other state that we read.",
    hw_energy_joules_total: "From this server's start, by the GPU's own meter.",
    hw_gpu_io_bytes_total: "PCIe, from this server's start.",
    hw_power_watts:
      "hw_name, hw_serial_number, hw_driver_version and other texts are labels of tacho_gpu_info, by uuid.",
    hw_temperature_celsius: "hw_sensor_location is gpu (the die) or memory.",
  },
};
