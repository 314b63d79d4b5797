import { describe, expect, test } from "vitest";
import { OPERATIONS, otel } from "../../src/metrics/dialects/otel.js";
import type { ViewSpec } from "../../src/telemetry/index.js";
import { Stand } from "../server/stand.js";
import { labelsOf, typesOf, viewOf } from "./shown-views.js";
import { FACTS } from "./systems.js";

/** OpenTelemetry's names, units and instruments, as far as they are shown. */
const CONVENTIONS = [
  ["gen_ai.server.request.duration", "s", "Histogram"],
  ["gen_ai.server.time_to_first_token", "s", "Histogram"],
  ["gen_ai.server.time_per_output_token", "s", "Histogram"],
  ["gen_ai.client.token.usage", "{token}", "Histogram"],
  ["hw.errors", "{error}", "Counter"],
  ["hw.gpu.io", "By", "Counter"],
  ["hw.gpu.memory.limit", "By", "UpDownCounter"],
  ["hw.gpu.memory.usage", "By", "UpDownCounter"],
  ["hw.gpu.memory.utilization", "1", "Gauge"],
  ["hw.gpu.utilization", "1", "Gauge"],
  ["hw.status", "1", "UpDownCounter"],
  ["hw.energy", "J", "Counter"],
  ["hw.power", "W", "Gauge"],
  ["hw.temperature", "Cel", "Gauge"],
] as const;

const UNITS: Record<string, string> = { s: "seconds", By: "bytes", J: "joules", W: "watts", Cel: "celsius" };

/** The translation that Prometheus' receiver and OpenTelemetry's exporter agree on. */
function translated([name, unit, instrument]: (typeof CONVENTIONS)[number]): [string, string] {
  const base = [name.replaceAll(".", "_")];
  const suffix = unit === "1" && instrument === "Gauge" ? "ratio" : UNITS[unit];
  if (suffix !== undefined) base.push(suffix);
  if (instrument === "Counter") base.push("total");
  const type = instrument === "UpDownCounter" ? "gauge" : instrument.toLowerCase();
  return [base.join("_"), type];
}

test("has OpenTelemetry's names as they are translated for Prometheus", () => {
  expect(typesOf(otel)).toEqual(Object.fromEntries(CONVENTIONS.map(translated)));
});

test("has the conventions' bounds", () => {
  const bounds = (name: string) => (viewOf(otel, name) as ViewSpec).bounds;
  expect(bounds("gen_ai_server_request_duration_seconds")).toEqual([
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
  ]);
  expect(bounds("gen_ai_server_time_to_first_token_seconds")).toEqual([
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
  ]);
  expect(bounds("gen_ai_server_time_per_output_token_seconds")).toEqual([
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
  ]);
  expect(bounds("gen_ai_client_token_usage")).toEqual(Array.from({ length: 14 }, (_, k) => 4 ** k));
});

test("has the conventions' attributes as labels", () => {
  const ours = ["gen_ai_provider_name", "gen_ai_request_model"];
  const hardware = ["hw_id", "hw_type", "hw_vendor"];
  const labels = (name: string) => labelsOf(viewOf(otel, name));
  expect(labels("gen_ai_server_request_duration_seconds")).toEqual([...ours, "gen_ai_operation_name"].sort());
  expect(labels("gen_ai_client_token_usage")).toEqual([...ours, "gen_ai_token_type"].sort());
  expect(labels("hw_errors_total")).toEqual(["error_type", ...hardware].sort());
  expect(labels("hw_gpu_io_bytes_total")).toEqual([...hardware, "network_io_direction"].sort());
  expect(labels("hw_gpu_utilization_ratio")).toEqual([...hardware, "hw_gpu_task"].sort());
  expect(labels("hw_status")).toEqual([...hardware, "hw_state"].sort());
  expect(otel.views(FACTS).every((view) => labelsOf(view).length >= 2)).toBe(true);
});

describe("operations", () => {
  test("are those of all routes that generate, embed or rank", async () => {
    const stand = await Stand.start();
    const document = (await (await fetch(`${stand.url}/openapi.json`)).json()) as {
      paths: Record<string, { post?: { tags: string[] } }>;
    };
    await stand.close();
    const routes = Object.entries(document.paths)
      .filter(([, { post }]) => ["Generation", "Vectors"].includes(post?.tags[0] ?? ""))
      .map(([path]) => path);
    expect(Object.values(OPERATIONS).flat().sort()).toEqual(routes.sort());
  });
});
