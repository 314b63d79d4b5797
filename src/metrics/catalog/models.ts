import { boundsOf, DISTRIBUTED_LLM, NEURONETES } from "../bounds.js";
import { defineMetrics } from "./define-metrics.js";

const MODEL = { model: "configured" } as const;

/** Models, and the engine hosts that they live in. */
export const modelMetrics = defineMetrics({
  modelLastLoad: {
    type: "gauge",
    name: "tacho_model_last_load_duration_seconds",
    help: "Time the last load of the model took, from opening the file to a ready context.",
    unit: "seconds",
    labels: MODEL,
  },
  modelLoadDuration: {
    type: "histogram",
    name: "tacho_model_load_duration_seconds",
    help: "Time from the start of an engine host to its model's readiness, by where the file came from.",
    unit: "seconds",
    labels: { ...MODEL, source: ["disk", "download"] },
    bounds: boundsOf([0.05, 0.1, 0.25, 0.5, 2.5], NEURONETES.modelLoadSeconds),
  },
  modelSize: {
    type: "gauge",
    name: "tacho_model_size_bytes",
    help: "Bytes of the model's tensors.",
    unit: "bytes",
    labels: MODEL,
  },
  modelLayers: {
    type: "gauge",
    name: "tacho_model_layers",
    help: "Layers of the loaded model, by where they are computed.",
    labels: { ...MODEL, place: ["cpu", "gpu"] },
  },
  layersCapacity: {
    type: "gauge",
    mode: "function",
    name: "tacho_layers_capacity",
    help: "Layers, as large as the first model's on average, that the free memory of the GPUs, else of the machine, would hold.",
    labels: {},
  },
  modelDeviceMemory: {
    type: "gauge",
    name: "tacho_model_memory_bytes",
    help: "Bytes that the loaded model takes: its weights, and its KV cache as allocated.",
    unit: "bytes",
    labels: { ...MODEL, part: ["weights", "kv_cache"] },
  },
  modelsLoaded: {
    type: "gauge",
    name: "tacho_models_loaded",
    help: "Models that are loaded and ready.",
    labels: {},
  },
  modelUses: {
    type: "counter",
    name: "tacho_model_uses_total",
    help: "Requests for a model, by whether it was loaded when they came.",
    labels: { ...MODEL, residency: ["hit", "miss"] },
  },
  modelEvictions: {
    type: "counter",
    name: "tacho_model_evictions_total",
    help: "Models unloaded to make room for another.",
    labels: MODEL,
  },
  modelInfo: {
    type: "info",
    name: "tacho_model_info",
    help: "A loaded model, as its file describes it.",
    labels: { ...MODEL, description: "configured", backend: "configured", device: "configured" },
  },
  engineState: {
    type: "stateset",
    name: "tacho_engine_host_state",
    help: "State of a model's engine host: ready, down until its restart is due, or starting again.",
    labels: MODEL,
    states: ["ready", "down", "starting"],
  },
  engineFailures: {
    type: "counter",
    name: "tacho_engine_host_failures_total",
    help: "Times an engine host ended unasked.",
    labels: MODEL,
  },
  engineTransitions: {
    type: "counter",
    name: "tacho_engine_host_transitions_total",
    help: "Changes of an engine host's state.",
    labels: {
      ...MODEL,
      from: ["ready", "down", "starting"],
      to: ["ready", "down", "starting"],
    },
  },
  engineRestarts: {
    type: "counter",
    name: "tacho_engine_host_restarts_total",
    help: "Engine host processes started again after the one before ended unasked.",
    labels: {},
  },
  failoverDuration: {
    type: "histogram",
    name: "tacho_failover_duration_seconds",
    help: "Time from the unasked end of an engine host to the next request that succeeds with its model.",
    labels: MODEL,
    bounds: boundsOf([0.1, 0.25, 0.5, 2.5], NEURONETES.failoverSeconds),
  },
  engineConnections: {
    type: "gauge",
    name: "tacho_engine_connections",
    help: "Channels open between the front and engine hosts.",
    labels: {},
  },
  engineMessages: {
    type: "counter",
    name: "tacho_engine_messages_total",
    help: "Messages between the front and engine hosts, as the front sends and receives them.",
    labels: { direction: ["incoming", "outgoing"], type: "configured" },
  },
  engineCallDuration: {
    type: "histogram",
    name: "tacho_engine_call_duration_seconds",
    help: "Time from a call to an engine host that generates nothing to its answer, by operation.",
    labels: { ...MODEL, operation: "configured" },
    bounds: boundsOf([0.0005, 0.001, 0.0025], DISTRIBUTED_LLM.networkSeconds),
  },
});
