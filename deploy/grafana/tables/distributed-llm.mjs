import { PERCENT, stat, stateTimeline, timeseries } from "../panels.mjs";
import { HERE, orZero, quantile, quantiles, rate, sum } from "../promql.mjs";
import { serversAndModels } from "../variables.mjs";

const STATUS = {
  0: ["offline", "red"],
  1: ["online", "green"],
  2: ["busy", "yellow"],
  3: ["unknown", "purple"],
};
const MODEL = `${HERE},model_id=~"$model"`;
const of = (metric, matchers = HERE) => `${metric}{${matchers}}`;
const byNode = (metric, ...labels) => `sum by (${["node_id", ...labels].join(", ")}) (${of(metric)})`;

export default {
  uid: "distributed-llm",
  title: "Distributed LLM on tacho",
  description: "The panels of the distributed LLM's dashboard, of the distributed-llm dialect.",
  tags: ["tacho", "distributed-llm"],
  variables: serversAndModels("distributed_llm_node_status", {
    models: "distributed_llm_inference_requests_total",
    label: "model_id",
  }),
  rows: [
    {
      title: "Nodes",
      panels: [
        stateTimeline(
          "Node status",
          "short",
          "Offline while no engine host is ready, busy while no slot is free, unknown until a model was ready.",
          { "{{node_id}}": `max by (node_id) (${of("distributed_llm_node_status")})` },
          {
            values: STATUS,
            base: "red",
            thresholds: [
              [1, "green"],
              [2, "yellow"],
              [3, "purple"],
            ],
          },
        ),
        stat(
          "Uptime",
          "s",
          "Time since the start of the node.",
          { "{{node_id}}": `max by (node_id) (${of("distributed_llm_node_uptime_seconds")})` },
          { height: 6 },
        ),
        stat(
          "Models loaded",
          "short",
          "Models that are loaded and ready.",
          { "{{node_id}}": byNode("distributed_llm_models_loaded") },
          { height: 6 },
        ),
        stat(
          "Resources",
          "short",
          "What the node has: cores, MB of memory, and layers that would fit.",
          { "{{resource_type}}": `max by (resource_type) (${of("distributed_llm_node_resources")})` },
          { height: 6 },
        ),
      ],
    },
    {
      title: "Network",
      panels: [
        timeseries("Messages", "ops", "Messages between the front and engine hosts, a second.", {
          "{{direction}} {{message_type}}": sum(
            rate("distributed_llm_network_messages_total", HERE),
            "direction",
            "message_type",
          ),
        }),
        timeseries(
          "Latency",
          "s",
          "From a call to an engine host to its answer.",
          quantiles("distributed_llm_network_latency_seconds", { matchers: HERE, of: [0.5, 0.95, 0.99] }),
        ),
        timeseries("Latency by operation, p95", "s", "The same for each operation.", {
          "{{operation}}": quantile(0.95, "distributed_llm_network_latency_seconds", {
            by: ["operation"],
            matchers: HERE,
          }),
        }),
        timeseries("Connections", "short", "Channels open between the front and engine hosts.", {
          "{{node_id}}": byNode("distributed_llm_network_connections"),
        }),
      ],
    },
    {
      title: "Resources",
      panels: [
        timeseries(
          "CPU",
          "percent",
          "Of all the machine's cores, the share that is busy.",
          { "{{node_id}}": `max by (node_id) (${of("distributed_llm_system_cpu_usage_percent")})` },
          PERCENT,
        ),
        timeseries("Memory", "bytes", "Memory in use, by type.", {
          "{{node_id}} {{memory_type}}": byNode("distributed_llm_system_memory_usage_bytes", "memory_type"),
        }),
        timeseries("Layers", "short", "Layers allocated to each model, and how many would still fit.", {
          "{{model_id}}": `sum by (model_id) (${of("distributed_llm_layers_allocated", MODEL)})`,
          "room for": `sum(${of("distributed_llm_layers_capacity")})`,
        }),
        timeseries("Tasks", "short", "What keeps event loops alive: Node.js has no goroutines.", {
          "{{node_id}}": byNode("distributed_llm_system_goroutines"),
        }),
        stat(
          "Model size",
          "bytes",
          "Bytes of each model's tensors.",
          { "{{model_id}}": `max by (model_id) (${of("distributed_llm_model_size_bytes", MODEL)})` },
          { height: 8 },
        ),
      ],
    },
    {
      title: "Inference",
      panels: [
        timeseries(
          "Requests",
          "reqps",
          "Requests that ended, a second, by status.",
          {
            "{{model_id}} {{status}}": sum(
              rate("distributed_llm_inference_requests_total", MODEL),
              "model_id",
              "status",
            ),
          },
          { stack: true },
        ),
        timeseries(
          "Latency",
          "s",
          "From the arrival of a request to its end.",
          quantiles("distributed_llm_inference_latency_seconds", { matchers: MODEL, of: [0.5, 0.95, 0.99] }),
        ),
        timeseries("Tokens", "suffix: tok/s", "Tokens generated, a second.", {
          "{{model_id}}": sum(rate("distributed_llm_inference_tokens_generated_total", MODEL), "model_id"),
        }),
      ],
    },
    {
      title: "Health",
      panels: [
        timeseries(
          "Health checks",
          "ops",
          "Health checks answered, a second, by status.",
          { "{{status}}": sum(rate("distributed_llm_health_checks_total", HERE), "status") },
          { stack: true },
        ),
        timeseries(
          "Health check latency",
          "s",
          "From the arrival of a health check to its verdict.",
          quantiles("distributed_llm_health_check_latency_seconds", {
            matchers: HERE,
            of: [0.5, 0.95, 0.99],
          }),
        ),
        stat(
          "Failed health checks",
          "ops",
          "Health checks that did not pass, a second.",
          { failed: orZero(sum(rate("distributed_llm_health_checks_total", `${HERE},status="fail"`))) },
          { height: 8, thresholds: [[0.001, "red"]] },
        ),
      ],
    },
  ],
};
