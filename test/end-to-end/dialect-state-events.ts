import { availableParallelism, totalmem } from "node:os";
import { about, none, some, type KnownEvent, type Level } from "./dialect-changes.js";
import { KEYS, MODELS, NODE } from "./dialect-server.js";
import { COMPLETIONS, complete, LONG, openStream, promptFrom } from "./known-requests.js";
import { hasHost, isReady, killEngine, own, stopEngine } from "./known-states.js";
import { until } from "./tacho-server.js";

const model = MODELS.first;
const node_id = NODE;
const here = { node: NODE, gpu: "0" };
const MEBI = 2 ** 20;
/** What the fake GPU has. */
const GPU_BYTES = 2 ** 30;
const HELD_BYTES = 123_456_789;
/** SM utilisation and memory bandwidth, percent, by NVML's numbers of them. */
const PARTS = { "gpm.2": 88.5, "gpm.10": 57 };

const share = (value: number) => value >= 0 && value <= 1;
const percent = (value: number) => value >= 0 && value <= 100;

const CLOSED: readonly Level[] = [
  ["neurectomy_circuit_breaker_state", { service: model }, 0],
  ["neurectomy_agent_health_status", { agent_id: model }, 0],
  ["orchestrator_circuit_breaker_state", { stage: model }, 0],
  ["distributed_llm_node_status", { node_id }, 1],
];

/** What a server is before anything was asked. */
export const START: KnownEvent = {
  what: "the start",
  act: () => Promise.resolve(),
  levels: [
    ...CLOSED,
    ["distributed_llm_node_uptime_seconds", { node_id }, some],
    ["distributed_llm_node_resources", { node_id, resource_type: "cpu_cores" }, availableParallelism()],
    ["distributed_llm_node_resources", { resource_type: "memory_mb" }, about(totalmem() / MEBI, 0.1)],
    ["distributed_llm_node_resources", { resource_type: "gpu_0_memory_mb" }, GPU_BYTES / MEBI],
    ["distributed_llm_node_resources", { resource_type: "max_layers" }, some],
    ["distributed_llm_layers_capacity", { node_id }, some],
    ["distributed_llm_layers_allocated", { node_id, model_id: model }, some],
    ["distributed_llm_network_connections", { node_id }, 1],
    ["distributed_llm_models_loaded", { node_id }, 1],
    ["distributed_llm_model_size_bytes", { node_id, model_id: model }, about(10_957_824, 0.01)],
    ...["rss", "heap_used", "external", "system"].map((memory_type): Level => [
      "distributed_llm_system_memory_usage_bytes",
      { memory_type },
      some,
    ]),
    ["distributed_llm_system_cpu_usage_percent", { node_id }, percent],
    ["distributed_llm_system_goroutines", { node_id }, some],
    ["neurectomy_system_info", { environment: "testing", cluster: "two-cores" }, 1],
    ["neurectomy_build_info", {}, 1],
    ["neurectomy_api_keys_active", {}, Object.keys(KEYS).length],
    ["neurectomy_ryot_model_loading_duration_seconds", { model }, some],
    ["ryot_model_loading_duration_seconds", { model }, some],
    ["ryot_system_info", { engine: "llama.cpp" }, 1],
    ["ryot_model_info", { models: model }, 1],
    ["ryot_memory_efficiency_ratio", { model }, share],
    ["model_load_time_seconds_count", { model, source: "disk" }, 1],
    ["model_load_time_seconds_count", { source: "download" }, none],
    ["model_cache_hit_ratio", { node: NODE }, 1],
    ["cpu_hours_total", { node: NODE }, some],
    ["replica_evictions_total", { model }, none],
    ["ryot_inference_queue_size", { model }, 0],
    ["orchestrator_queue_depth", { stage: "inference" }, 0],
  ],
};

/** What happens to slots, hosts, models and GPUs, in the order in which it happens to one server. */
export const STATE_EVENTS: readonly KnownEvent[] = [
  {
    what: "slots that are full, a request that waits, and one that is refused",
    act: async (server) => {
      const go = await stopEngine(server);
      const waiting = complete(server, { prompt: promptFrom(480, 4), max_tokens: 1 });
      await until("one waits", async () => (await own(server, "tacho_requests_waiting")) === 1);
      await complete(server, { prompt: promptFrom(490, 4), max_tokens: 1 });
      return async () => {
        await go();
        await waiting;
      };
    },
    changes: [
      ["agent_admission_rejects_total", { route: COMPLETIONS, reason: "queue_full" }, 1],
      ["ryot_inference_requests_total", { model, status: "rejected" }, 1],
      ["distributed_llm_inference_requests_total", { model_id: model, status: "rejected" }, 1],
      ["orchestrator_requests_shed_total", { stage: "inference" }, 1],
      ["requests_dropped_total", {}, none],
      ["neurectomy_http_requests_total", { endpoint: COMPLETIONS, status: 429 }, 1],
      ["ryot_inference_errors_total", {}, none],
    ],
    levels: [
      ["agent_queue_depth", { route: COMPLETIONS }, 1],
      ["ryot_inference_queue_size", { model }, 1],
      ["orchestrator_queue_depth", { stage: "inference" }, 1],
      ["distributed_llm_node_status", { node_id }, 2],
    ],
  },
  {
    what: "the queue's end",
    act: (server) => until("nobody runs", async () => (await own(server, "tacho_requests_running")) === 0),
    levels: [
      ...CLOSED,
      ["agent_queue_depth", { route: COMPLETIONS }, 0],
      ["ryot_inference_queue_size", { model }, 0],
      ["orchestrator_queue_depth", { stage: "inference" }, 0],
    ],
  },
  {
    what: "two requests that need more cells than there are",
    act: (server) =>
      Promise.all([
        complete(server, { prompt: promptFrom(200, 4), max_tokens: 1500 }),
        complete(server, { prompt: promptFrom(220, 4), max_tokens: 1500 }),
      ]),
    changes: [
      ["replica_preemptions_total", { model }, some],
      ["ryot_tokens_per_request_sum", { model }, 3000],
      ["ryot_batch_size_bucket", { model, le: 2 }, some],
    ],
  },
  {
    what: "a GPU that works",
    act: async (server) => {
      server.gpu.say({ utilization: 83, memory_used: 500_000_000, ...PARTS });
      await until("its parts are", async () => (await own(server, "tacho_gpu_sm_active_ratio")) > 0);
      server.gpu.setEnergyJoules(7200);
      server.showProcesses(HELD_BYTES);
      await until("it is read", async () => (await own(server, "tacho_gpu_energy_joules_total")) >= 7200);
      await until("so are its users", async () => (await own(server, "tacho_gpu_process_memory_bytes")) > 0);
      await complete(server, { prompt: promptFrom(260, 4), max_tokens: 10 });
    },
    levels: [
      ["gpu_util_pct", here, 83],
      ["gpu_sm_util_pct", here, 88.5],
      ["gpu_mem_bw_util_pct", here, 57],
      ["gpu_vram_used_gb", here, 0.5],
      ["neurectomy_ryot_gpu_memory_usage_bytes", { gpu: "0" }, HELD_BYTES],
      ["energy_kwh_per_1k_tokens", { model }, some],
    ],
  },
  {
    what: "an engine host that dies in the midst of a stream",
    act: async (server) => {
      const stream = await openStream(server, { prompt: promptFrom(280, 4), max_tokens: LONG });
      await killEngine(server, () => isReady(server));
      await stream.ended;
      await complete(server, { prompt: promptFrom(281, 4), max_tokens: 1 });
    },
    changes: [
      ["agent_turn_errors_total", { model, route: COMPLETIONS, error_type: "engine" }, 1],
      ["ryot_inference_errors_total", { model, error_type: "runtime_error" }, 1],
      ["ryot_inference_requests_total", { model, status: "error" }, 1],
      ["orchestrator_errors_total", { stage: "inference", error_type: "engine" }, 1],
      ["orchestrator_worker_errors_total", { worker: model, error_kind: "lost" }, 1],
      ["orchestrator_worker_errors_total", { worker: model, error_kind: "crash" }, 1],
      ["neurectomy_ryot_requests_total", { model, status: "error" }, 1],
      ["neurectomy_circuit_breaker_failures_total", { service: model }, 1],
      ...(["closed open", "open half_open", "half_open closed"] as const).map((change) => {
        const [from_state, to_state] = change.split(" ") as [string, string];
        return [
          "neurectomy_circuit_breaker_state_changes_total",
          { service: model, from_state, to_state },
          1,
        ] as const;
      }),
      ...["open", "half_open", "closed"].map(
        (state) => ["orchestrator_circuit_breaker_state_transitions_total", { state }, 1] as const,
      ),
      ["failover_time_seconds_count", { model }, 1],
      ["model_load_time_seconds_count", { model, source: "disk" }, 1],
    ],
    levels: [...CLOSED, ["stream_drop_rate", { route: COMPLETIONS }, some]],
  },
  {
    what: "an engine host that dies again and again",
    act: async (server) => {
      for (let death = 0; death < 3; death++) await killEngine(server, () => hasHost(server));
      process.kill(server.tacho.enginePid, "SIGKILL");
    },
    changes: [["neurectomy_circuit_breaker_failures_total", { service: model }, 4]],
    levels: [
      ["neurectomy_circuit_breaker_state", { service: model }, 1],
      ["neurectomy_agent_health_status", { agent_id: model }, 2],
      ["orchestrator_circuit_breaker_state", { stage: model }, 2],
      ["distributed_llm_node_status", { node_id }, 0],
    ],
  },
  {
    what: "its end",
    act: (server) => until("ready", () => isReady(server)),
    levels: CLOSED,
  },
  {
    what: "a model that cannot be loaded",
    act: (server) => complete(server, { model: MODELS.broken, prompt: promptFrom(300, 4), max_tokens: 1 }),
    changes: [
      ["orchestrator_circuit_breaker_requests_rejected_total", {}, 1],
      ["agent_admission_rejects_total", { route: COMPLETIONS, reason: "breaker_open" }, 1],
    ],
  },
  {
    what: "another model that takes its place",
    act: async (server) => {
      await complete(server, { model: MODELS.second, prompt: promptFrom(300, 4), max_tokens: 1 });
    },
    changes: [
      ["replica_evictions_total", { model }, 1],
      ["model_load_time_seconds_count", { model: MODELS.second, source: "disk" }, 1],
      ["agent_output_tokens_total", { model: MODELS.second }, 1],
    ],
    levels: [
      ["agent_cold_start_rate", { model: MODELS.second }, 1],
      ["distributed_llm_models_loaded", { node_id }, 1],
      ["ryot_model_info", { models: MODELS.second }, 1],
    ],
  },
  {
    what: "a prompt again whose state was saved",
    act: async (server) => {
      const body = { model: MODELS.second, prompt: promptFrom(300, 200), max_tokens: 1 };
      await complete(server, body);
      await complete(server, body);
    },
    changes: [
      ["model_snapshot_restore_seconds_count", { model: MODELS.second }, 1],
      ["model_snapshot_restore_seconds_sum", { model: MODELS.second }, some],
    ],
  },
];
