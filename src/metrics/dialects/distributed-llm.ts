import { DISTRIBUTED_LLM } from "../bounds.js";
import type { Dialect, DialectFacts } from "../dialect.js";
import { STATUSES } from "./outcomes.js";
import { byCase, counter, gauge, histogram, is, of, ratio, WINDOW } from "./view-forms.js";

/** Their names hold the GPU's number, which no label of a view can. */
const MOST_GPUS = 16;
const PER_MEBI = 2 ** -20;
const PERCENT = 100;

/** Under the system's numbers; offline is 0, and shown since the others are there to be added. */
const STATUS_NUMBERS = { online: 1, busy: 2, starting: 3 } as const;

function nodeMetrics(node: string) {
  const here = { node_id: is(node) };
  const resource = (type: string) => ({ ...here, resource_type: is(type) });
  const gpuMemory = Array.from({ length: MOST_GPUS }, (_, gpu) =>
    of("tacho_gpu_memory_total_bytes", resource(`gpu_${gpu}_memory_mb`), {
      where: { gpu: String(gpu) },
      scale: PER_MEBI,
    }),
  );
  return [
    gauge(
      "distributed_llm_node_status",
      "State of this node: 0 while no engine host is ready, 1 online, 2 while no slot is free, 3 until a model was ready.",
      Object.entries(STATUS_NUMBERS).map(([state, scale]) =>
        of("tacho_node_state", here, { where: { state }, scale }),
      ),
    ),
    gauge(
      "distributed_llm_node_uptime_seconds",
      "Time since the start of the front process.",
      of("tacho_uptime_seconds", here),
    ),
    gauge(
      "distributed_llm_node_resources",
      "What this node has: cores that the server may use, memory in units of 2^20 bytes, and layers that would fit.",
      [
        of("tacho_node_cpu_cores", resource("cpu_cores")),
        of("tacho_node_memory_bytes", resource("memory_mb"), { scale: PER_MEBI }),
        ...gpuMemory,
        of("tacho_layers_capacity", resource("max_layers")),
      ],
    ),
  ];
}

function networkMetrics(node: string) {
  const here = { node_id: is(node) };
  return [
    gauge(
      "distributed_llm_network_connections",
      "Channels open between the front and engine hosts.",
      of("tacho_engine_connections", here),
    ),
    counter(
      "distributed_llm_network_messages_total",
      "Messages between the front and engine hosts, as the front sends and receives them.",
      of("tacho_engine_messages_total", { ...here, direction: "direction", message_type: "type" }),
    ),
    histogram(
      "distributed_llm_network_latency_seconds",
      "Time from a call to an engine host that generates nothing to its answer, by operation and the host's model.",
      of("tacho_engine_call_duration_seconds", { ...here, target_node: "model", operation: "operation" }),
      DISTRIBUTED_LLM.networkSeconds,
    ),
  ];
}

function inferenceMetrics(node: string) {
  const model = { node_id: is(node), model_id: "model" };
  const tokens = of("tacho_generation_tokens_total", model);
  return [
    counter(
      "distributed_llm_inference_requests_total",
      "Requests for text, embeddings or ranking that ended, each counted once, by status.",
      byCase("tacho_requests_total", "outcome", STATUSES, "status", model),
    ),
    histogram(
      "distributed_llm_inference_latency_seconds",
      "Time from the arrival of a request for text, embeddings or ranking to its end, whatever its outcome.",
      of("tacho_request_duration_seconds", model),
      DISTRIBUTED_LLM.inferenceSeconds,
    ),
    counter("distributed_llm_inference_tokens_generated", "Tokens sampled for requests.", tokens),
    counter("distributed_llm_inference_tokens_generated_total", "Tokens sampled for requests.", tokens),
  ];
}

function modelMetrics(node: string) {
  const here = { node_id: is(node) };
  const model = { ...here, model_id: "model" };
  return [
    gauge(
      "distributed_llm_models_loaded",
      "Models that are loaded and ready.",
      of("tacho_models_loaded", here),
    ),
    gauge(
      "distributed_llm_model_size_bytes",
      "Bytes of a loaded model's tensors.",
      of("tacho_model_size_bytes", model),
    ),
    gauge(
      "distributed_llm_layers_allocated",
      "Layers of a loaded model on this node, on GPUs and CPU together.",
      of("tacho_model_layers", model),
    ),
    gauge(
      "distributed_llm_layers_capacity",
      "Layers, as large as the first model's on average, that the free memory of the GPUs, else of the machine, would hold.",
      of("tacho_layers_capacity", here),
    ),
  ];
}

function systemMetrics(node: string) {
  const here = { node_id: is(node) };
  const memory = (type: string) => ({ ...here, memory_type: is(type) });
  return [
    gauge(
      "distributed_llm_system_memory_usage_bytes",
      "Memory in use: rss, heap_used and external of this server's processes, system of the whole machine.",
      [
        of("process_resident_memory_bytes", memory("rss")),
        of("nodejs_heap_size_used_bytes", memory("heap_used")),
        of("nodejs_external_memory_bytes", memory("external")),
        of("tacho_node_memory_bytes", memory("system"), { where: { state: "used" } }),
      ],
    ),
    ratio(
      "distributed_llm_system_cpu_usage_percent",
      "Percent of the last minute's time of all CPU cores of the machine in which they were busy.",
      WINDOW,
      of("tacho_node_cpu_seconds_total", here, { where: { mode: "busy" } }),
      of("tacho_node_cpu_seconds_total"),
      PERCENT,
    ),
    gauge(
      "distributed_llm_system_goroutines",
      "Resources that keep the event loops of this server's threads alive, such as sockets and timers: Node has no goroutines.",
      of("nodejs_active_resources", here),
    ),
  ];
}

function healthMetrics(node: string) {
  const here = { node_id: is(node) };
  const checks = of("tacho_health_checks_total", { ...here, status: "status" });
  const help = "Health checks answered, by whether they passed.";
  return [
    counter("distributed_llm_health_check_total", help, checks),
    counter("distributed_llm_health_checks_total", help, checks),
    histogram(
      "distributed_llm_health_check_latency_seconds",
      "Time from the arrival of a health check to its verdict.",
      of("tacho_health_check_duration_seconds", here),
      DISTRIBUTED_LLM.healthCheckSeconds,
    ),
  ];
}

export const distributedLlm: Dialect = {
  name: "distributed-llm",
  title: "distributed LLM",
  views: ({ node }: DialectFacts) =>
    [nodeMetrics, networkMetrics, inferenceMetrics, modelMetrics, systemMetrics, healthMetrics].flatMap(
      (group) => group(node),
    ),
  waiting: [],
  notes: {
    distributed_llm_node_status:
      "Of this server alone: there is no cluster. One number with four meanings, so compare it with == only.",
    distributed_llm_node_resources: `resource_type is cpu_cores, memory_mb, gpu_N_memory_mb (N from 0 to ${MOST_GPUS - 1}) or max_layers: units that cannot be added up.`,
    distributed_llm_network_connections: "The peers are this server's engine hosts.",
    distributed_llm_network_messages_total: "direction is incoming or outgoing, never error.",
    distributed_llm_network_latency_seconds:
      "The way between processes, there and back; target_node is the model's id.",
    distributed_llm_inference_requests_total:
      "status is success, error (which what the client got wrong counts as), timeout, cancelled or rejected.",
    distributed_llm_inference_tokens_generated:
      "The documented name, and that of the original's code with _total, show the same. Without _total the type in OpenMetrics is unknown.",
    distributed_llm_layers_allocated: "By model_id, where the original knows only total.",
    distributed_llm_layers_capacity: "Not in the system's document.",
    distributed_llm_system_memory_usage_bytes:
      "memory_type is rss, heap_used, external or system; the original shows the Go heap's (heap_alloc, heap_sys, stack_sys).",
    distributed_llm_health_check_total:
      "The documented name, and that of the original's code (health_checks), show the same.",
  },
};
