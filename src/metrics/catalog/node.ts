import { defineMetrics } from "./define-metrics.js";

/** The installation and the machine it runs on; GPUs and Node runtimes have catalogs of their own. */
export const nodeMetrics = defineMetrics({
  buildInfo: {
    type: "info",
    name: "tacho_build_info",
    help: "Versions of this server and of the llama.cpp under it, and from the first load on where its libraries come from: prebuilt, or built here for which GPU architectures.",
    labels: { version: "configured", commit: "configured", llama_cpp: "configured", libraries: "configured" },
  },
  nodeInfo: {
    type: "info",
    name: "tacho_node_info",
    help: "Names of this installation: --node-id, --environment and --cluster.",
    labels: { node: "configured", environment: "configured", cluster: "configured" },
  },
  startTime: {
    type: "gauge",
    name: "tacho_start_time_seconds",
    help: "Start of the front process in seconds since the Unix epoch.",
    unit: "seconds",
    labels: {},
  },
  uptime: {
    type: "gauge",
    mode: "function",
    name: "tacho_uptime_seconds",
    help: "Time since the start of the front process.",
    unit: "seconds",
    labels: {},
  },
  nodeState: {
    type: "gauge",
    mode: "function",
    name: "tacho_node_state",
    help: "1 for the state that this server is in: starting until a model was ready, offline while no engine host is, busy while no ready one has a slot free, else online.",
    labels: { state: ["starting", "offline", "online", "busy"] },
  },
  nodeCores: {
    type: "gauge",
    name: "tacho_node_cpu_cores",
    help: "CPU cores that this process may use.",
    labels: {},
  },
  nodeMemory: {
    type: "gauge",
    mode: "function",
    name: "tacho_node_memory_bytes",
    help: "Memory of the machine, by state.",
    unit: "bytes",
    labels: { state: ["used", "free"] },
  },
  nodeCpu: {
    type: "counter",
    name: "tacho_node_cpu_seconds_total",
    help: "Time of all CPU cores of the machine since this server's start, by what they did; brought up every second.",
    unit: "seconds",
    labels: { mode: ["busy", "idle"] },
  },
  gpuHeld: {
    type: "counter",
    name: "tacho_gpu_held_seconds_total",
    help: "Time that a loaded model has held a GPU; brought up every second.",
    unit: "seconds",
    labels: { model: "configured", gpu: "configured" },
  },
  accessLogDropped: {
    type: "counter",
    name: "tacho_access_log_dropped_lines_total",
    help: "Lines of the access log that its file or pipe refused, or did not take in time.",
    labels: {},
  },
  traceSpans: {
    type: "counter",
    name: "tacho_trace_spans_total",
    help: "Spans that ended, by what became of them: sent, or lost because the collector did not take them.",
    labels: { outcome: ["sent", "lost"] },
  },
});
