import { Type } from "typebox";
import { answerObject } from "./answer-schemas.js";
import type { RouteDocs } from "./route-docs.js";

const healthy = answerObject({ status: Type.Literal("ok") });

const unavailable = answerObject({
  status: Type.Literal("unavailable"),
  reason: Type.Enum(["loading", "restarting", "draining"]),
});

export const livenessDocs: RouteDocs = {
  operationId: "liveness",
  tag: "Operations",
  summary: "Whether the front process answers",
  answers: { "application/json": healthy },
};

/** @param operationId /health is an older name of /readyz. */
export function readinessDocs(operationId: string): RouteDocs {
  return {
    operationId,
    tag: "Operations",
    summary: "Whether requests can be taken",
    answers: { "application/json": healthy },
    otherAnswers: { 503: { description: "Not now, and why.", schema: unavailable } },
  };
}

export const metricsDocs: RouteDocs = {
  operationId: "metrics",
  tag: "Operations",
  summary: "Metrics, in the format that `Accept` prefers and under the names that `dialect` asks for",
  answers: {
    "text/plain": Type.String({ description: "version 0.0.4" }),
    "application/openmetrics-text": Type.String({ description: "version 1.0.0" }),
    "application/vnd.google.protobuf": Type.String({ description: "length-delimited MetricFamily messages" }),
  },
};

export const gatewayMetricsDocs: RouteDocs = {
  operationId: "gatewayMetrics",
  tag: "Operations",
  summary: "What an inference gateway weighs servers by, under vLLM's names",
  description: "The same six families at any time, of all models together first; whatever `Accept` says.",
  answers: { "text/plain": Type.String({ description: "version 0.0.4" }) },
};

export const openApiDocs: RouteDocs = {
  operationId: "openapi",
  tag: "Operations",
  summary: "This document",
  answers: { "application/json": Type.Object({ openapi: Type.Literal("3.1.0") }) },
};
