import { boundsOf, DURATION_SECONDS, inSeconds, NEURONETES, ORCHESTRATOR, TGI } from "../bounds.js";
import { defineMetrics } from "./define-metrics.js";

/**
 * The way of a request for text, each stage from one instant to another:
 * - rag: empty until there is retrieval.
 * - assemble: from the taking over of a request by its replica's thread to the end of chat template, tokenisation and
 *   sampler; its depth counts the requests between the two. Who fails or is cancelled there goes no further.
 * - inference: the wait for a slot and the decode loop. Entered when a request is assembled and handed to the loop; left
 *   with the end of the step that sampled its last token, or, by what was cut off or had no token, with its end.
 * - post: text, stop strings and parsing, from that last token until the engine host has sent the answer's last piece;
 *   its depth counts the requests between the two. Who was cut off never comes here.
 * - stream: from the first piece in the front to the last byte to the client.
 */
export const STAGES = ["rag", "assemble", "inference", "post", "stream"] as const;
export type Stage = (typeof STAGES)[number];

const STAGE = { model: "configured", stage: STAGES } as const;
const ROUTE = { route: "open" } as const;

export const stageMetrics = defineMetrics({
  stageRequests: {
    type: "counter",
    name: "tacho_stage_requests_total",
    help: "Requests that entered a stage of their way.",
    labels: STAGE,
  },
  stageDuration: {
    type: "histogram",
    name: "tacho_stage_duration_seconds",
    help: "Time from a request's entering of a stage to its leaving of it.",
    labels: STAGE,
    bounds: boundsOf(DURATION_SECONDS, ORCHESTRATOR.stageSeconds, TGI.seconds),
    shown: DURATION_SECONDS,
  },
  stageDepth: {
    type: "gauge",
    name: "tacho_stage_depth",
    help: "Requests that wait for a stage: for inference those in the admission queue.",
    labels: STAGE,
  },
  stageShed: {
    type: "counter",
    name: "tacho_stage_shed_total",
    help: "Requests for text, embeddings or ranking refused because what a stage takes was used up: its queue, its time, or the client's reading.",
    labels: STAGE,
  },
  streamsOpened: {
    type: "counter",
    name: "tacho_streams_opened_total",
    help: "Event streams whose head was sent.",
    labels: ROUTE,
  },
  streamsEnded: {
    type: "counter",
    name: "tacho_streams_ended_total",
    help: "Event streams that ended, by how: finished, cancelled by the client, or broken: by an error, or because the client did not read.",
    labels: { ...ROUTE, how: ["finished", "cancelled", "broken"] },
  },
  streamOpenDuration: {
    type: "histogram",
    name: "tacho_stream_open_duration_seconds",
    help: "Time from the arrival of a request to the sending of its event stream's head.",
    labels: ROUTE,
    bounds: boundsOf(DURATION_SECONDS, inSeconds(NEURONETES.streamInitMs)),
    shown: DURATION_SECONDS,
  },
  streamDuration: {
    type: "histogram",
    name: "tacho_stream_duration_seconds",
    help: "Time from the sending of an event stream's head to its end.",
    labels: ROUTE,
    bounds: boundsOf(DURATION_SECONDS, ORCHESTRATOR.defaultSeconds),
    shown: DURATION_SECONDS,
  },
  streamBackpressure: {
    type: "counter",
    name: "tacho_stream_backpressure_total",
    help: "Writes to an event stream that its client's socket did not take at once.",
    labels: ROUTE,
  },
  streamedTokens: {
    type: "counter",
    name: "tacho_streamed_tokens_total",
    help: "Tokens of answers sent as event streams, counted when the engine ended their request.",
    labels: ROUTE,
  },
  deliveryJitter: {
    type: "histogram",
    name: "tacho_token_delivery_jitter_seconds",
    help: "Difference between two consecutive gaps of one event stream's writes, from the third write on.",
    labels: { model: "configured" },
    bounds: boundsOf([0.0001, 0.00025, 0.0005, 0.002], inSeconds(NEURONETES.jitterMs), [0.5, 1]),
  },
});
