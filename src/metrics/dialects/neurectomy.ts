import { NEURECTOMY } from "../bounds.js";
import type { Dialect, DialectFacts } from "../dialect.js";
import { breakerState, changes } from "./breaker.js";
import { meanCost, ROUTE_TOKENS } from "./cost.js";
import { byCase, counter, gauge, histogram, info, is, of, WINDOW } from "./view-forms.js";

const MODEL = ["model"] as const;
const ENDPOINT = { method: "method", endpoint: "route" } as const;
const SERVICE = { service: "model" } as const;
const CENTS = 100;
const SERVED = ["stop", "length", "cancelled", "timeout", "error"];

/** How the engine's requests ended. What the client got wrong is an error to this system, too. */
const STATUSES = {
  success: ["success"],
  error: ["invalid", "error", "lost"],
  timeout: ["timeout"],
  cancelled: ["cancelled"],
} as const;

/** NVML's name of an engine host's program, which containers hide. */
const ENGINE_PROGRAMS = ["tacho", "unknown"];

const http = () => [
  counter(
    "neurectomy_http_requests_total",
    "HTTP requests answered, by method, route template and status code.",
    of("tacho_http_requests_total", { ...ENDPOINT, status: "code" }),
  ),
  histogram(
    "neurectomy_http_request_duration_seconds",
    "Time from the arrival of an HTTP request's headers to the last byte of its response.",
    of("tacho_http_request_duration_seconds", ENDPOINT),
    NEURECTOMY.httpSeconds,
  ),
  histogram(
    "neurectomy_http_request_size_bytes",
    "Bytes of a request's body that were read, counted when its response ended.",
    of("tacho_http_request_size_bytes", ENDPOINT),
    NEURECTOMY.bodyBytes,
  ),
  histogram(
    "neurectomy_http_response_size_bytes",
    "Bytes of a response's body that were written, streams included, counted when it ended.",
    of("tacho_http_response_size_bytes", ENDPOINT),
    NEURECTOMY.bodyBytes,
  ),
];

const engine = () => [
  counter(
    "neurectomy_ryot_requests_total",
    "Requests handed to the engine that it has ended or lost, by status.",
    byCase("tacho_engine_requests_total", "status", STATUSES, "status", { model: "model" }),
  ),
  histogram(
    "neurectomy_ryot_request_duration_seconds",
    "Time from the handing of a request to the engine to the engine's last word about it.",
    of("tacho_request_engine_duration_seconds", MODEL),
    NEURECTOMY.engineSeconds,
  ),
  counter(
    "neurectomy_ryot_tokens_generated_total",
    "Tokens sampled for requests.",
    of("tacho_generation_tokens_total", MODEL),
  ),
  gauge(
    "neurectomy_ryot_model_loading_duration_seconds",
    "Time the last load of the model took, from opening the file to a ready context.",
    of("tacho_model_last_load_duration_seconds", MODEL),
  ),
  histogram(
    "neurectomy_ryot_batch_size",
    "Sequences that took part in one step.",
    of("tacho_engine_step_sequences", MODEL),
    NEURECTOMY.batchSize,
  ),
  gauge(
    "neurectomy_ryot_gpu_memory_usage_bytes",
    "Device memory of this server's processes.",
    of("tacho_gpu_process_memory_bytes", ["gpu"], { where: { process: ENGINE_PROGRAMS } }),
  ),
];

const resilience = () => [
  gauge(
    "neurectomy_circuit_breaker_state",
    "State of a model's engine host: 0 closed (ready), 1 open (down until its restart is due), 2 half-open (starting again).",
    breakerState({ open: 1, half_open: 2 }, SERVICE),
  ),
  counter(
    "neurectomy_circuit_breaker_failures_total",
    "Times an engine host ended unasked.",
    of("tacho_engine_host_failures_total", SERVICE),
  ),
  counter(
    "neurectomy_circuit_breaker_state_changes_total",
    "Changes of an engine host's state.",
    changes("from_state", "to_state", SERVICE),
  ),
  gauge(
    "neurectomy_agent_health_status",
    "Health of a model's engine host: 0 healthy (ready), 1 degraded (starting again), 2 unhealthy (down).",
    breakerState({ open: 2, half_open: 1 }, { agent_id: "model" }),
  ),
];

const business = ({ prices }: DialectFacts) => [
  gauge(
    "neurectomy_active_users",
    "Distinct users (the request's user, else its session, else its API key) of the last five minutes.",
    of("tacho_active_users"),
  ),
  counter(
    "neurectomy_tokens_generated_total",
    "Tokens sampled for requests.",
    of("tacho_generation_tokens_total", MODEL),
  ),
  gauge("neurectomy_api_keys_active", "API keys that are accepted.", of("tacho_api_keys")),
  ...meanCost(prices, {
    name: "neurectomy_cost_per_request",
    help: "Mean cost, in US cents, of the last minute's requests for text, embeddings or ranking that were taken up.",
    over: WINDOW,
    of: ROUTE_TOKENS,
    labels: { endpoint: "route" },
    gpuLabels: [],
    per: of("tacho_requests_total", { endpoint: "route" }, { where: { outcome: SERVED } }),
    scale: CENTS,
  }),
];

const installation = ({ version }: DialectFacts) => [
  info(
    "neurectomy_system_info",
    "Version and names of this installation.",
    of("tacho_node_info", { version: is(version), environment: "environment", cluster: "cluster" }),
  ),
  info(
    "neurectomy_build_info",
    "Version and commit of this server.",
    of("tacho_build_info", ["version", "commit"]),
  ),
];

const COMPRESSED_CACHE = "a compressed prompt cache on disk";
const ENCRYPTED_CACHE = "an encrypted prompt cache on disk";
const KUBELET = "nothing: the kubelet's cAdvisor shows it";

export const neurectomy: Dialect = {
  name: "neurectomy",
  title: "Neurectomy API",
  views: (facts) => [http, engine, resilience, business, installation].flatMap((group) => group(facts)),
  waiting: [
    ...[
      "neurectomy_sigmalang_compression_requests_total",
      "neurectomy_sigmalang_compression_ratio",
      "neurectomy_sigmalang_compression_duration_seconds",
      "neurectomy_sigmalang_original_size_bytes",
      "neurectomy_sigmalang_compressed_size_bytes",
      "neurectomy_sigmalang_decompression_requests_total",
    ].map((name) => ({ name, needs: COMPRESSED_CACHE })),
    ...[
      "neurectomy_sigmavault_operations_total",
      "neurectomy_sigmavault_operation_duration_seconds",
      "neurectomy_sigmavault_storage_bytes_total",
      "neurectomy_sigmavault_objects_total",
      "neurectomy_sigmavault_encryption_duration_seconds",
    ].map((name) => ({ name, needs: ENCRYPTED_CACHE })),
    { name: "neurectomy_sigmavault_snapshot_operations_total", needs: `${ENCRYPTED_CACHE}, with snapshots` },
    { name: "neurectomy_requests_per_user", needs: "accounts of each user's requests by window" },
    { name: "container_cpu_usage_seconds_total", needs: `${KUBELET} (here: process_cpu_seconds_total)` },
    { name: "container_memory_usage_bytes", needs: `${KUBELET} (here: process_resident_memory_bytes)` },
    { name: "container_spec_memory_limit_bytes", needs: KUBELET },
  ],
  notes: {
    neurectomy_http_requests_total: "endpoint is the route's template, never the path as it came.",
    neurectomy_http_response_size_bytes: "Streams are counted, which the original leaves out.",
    neurectomy_ryot_requests_total: "status is success, error, timeout or, unlike the original's, cancelled.",
    neurectomy_ryot_request_duration_seconds:
      "The greatest bound is 30 s, so no quantile of it exceeds 30: an alert on more never fires.",
    neurectomy_ryot_gpu_memory_usage_bytes:
      "Of processes that NVML calls tacho, or unknown, as it calls all in a container: there those of others on the same GPU are counted too.",
    neurectomy_circuit_breaker_state:
      "service is the model's id. Half-open is more than open, so the maximum of several says little; compare with == 1.",
    neurectomy_circuit_breaker_state_changes_total: "from_state and to_state are closed, open or half_open.",
    neurectomy_active_users: "The window is five minutes.",
    neurectomy_tokens_generated_total: "The same as neurectomy_ryot_tokens_generated_total.",
    neurectomy_cost_per_request:
      "By --price-input and --price-output; where neither is given, the tokens' share of --price-gpu-hour. In cents, as in the original.",
    neurectomy_system: "Shown as neurectomy_system_info, as the original's client does.",
    neurectomy_build:
      "Shown as neurectomy_build_info, as the original's client does. Not in the system's document.",
    neurectomy_agent_health_status: "An agent is a model's engine host; agent_id is the model's id.",
  },
};
