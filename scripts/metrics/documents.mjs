import { readFileSync } from "node:fs";
import { dialectsDocument } from "./dialects-document.mjs";
import { gpuMetrics } from "./gpu-table.mjs";
import { metricsDocument } from "./metrics-document.mjs";

/** What the five systems' documents name. */
const SYSTEMS = JSON.parse(readFileSync(new URL("../../test/metrics/systems.json", import.meta.url), "utf8"));

const SECTIONS = [
  ["Requests", "requestMetrics", "Requests for text, embeddings or ranking, as the front knows them."],
  ["Stages and streams", "stageMetrics"],
  ["Sessions and tenants", "sessionMetrics"],
  ["Guardrails", "guardrailMetrics"],
  ["Engine", "engineMetrics", "What the decode loop writes."],
  ["Models and engine hosts", "modelMetrics"],
  ["HTTP", "httpMetrics", "Every HTTP request, whatever it asks for."],
  ["Server and machine", "nodeMetrics"],
];

/**
 * The documents by their paths.
 * @param parts The catalog's parts by their names in src/metrics/catalog.
 */
export function documents({ parts, runtime, dialects }) {
  const sections = SECTIONS.map(([title, name, about]) => ({
    title,
    about,
    metrics: Object.values(parts[name]),
  }));
  const others = [
    {
      title: "Node runtime",
      about: "Of the processes `front` and `engine-host`, and their threads.",
      metrics: Object.values(runtime),
    },
    {
      title: "GPUs",
      about: "Read through NVML once a second by a native thread; absent without it.",
      metrics: gpuMetrics(),
    },
  ];
  return {
    "docs/metrics.md": metricsDocument([...sections, ...others]),
    "docs/dialects.md": dialectsDocument(dialects, documented),
  };
}

/** How many metrics a system's document and its code have; nothing for systems that are not listed. */
function documented(dialect) {
  const system = SYSTEMS[dialect];
  if (system === undefined) return undefined;
  const names = new Set(system.map(({ name, type }) => (type === "info" ? `${name}_info` : name)));
  const inDocument = system.filter((metric) => metric.documented).length;
  return { inDocument, inCode: system.length - inDocument, names };
}
