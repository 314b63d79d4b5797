import { isBuiltin } from "node:module";
import type { Reference } from "./source-references.js";

interface Rule {
  /** Layers, or single files of them, that this layer may import besides its own files. */
  layers: readonly string[];
  packages: readonly string[];
}

/** Loaded only where traces were asked for. */
const OPENTELEMETRY = ["api", "core", "resources", "sdk-trace-base", "exporter-trace-otlp-http"].map(
  (name) => `@opentelemetry/${name}`,
);

/** The arrows of the design: main → server → (engine's data, metrics, telemetry), and so on downwards. */
const RULES: Partial<Record<string, Rule>> = {
  main: { layers: ["server", "metrics", "telemetry"], packages: [] },
  server: {
    layers: [
      "engine/messages.ts",
      "engine/library-findings.ts",
      "engine/library-remedies.ts",
      "metrics",
      "telemetry",
    ],
    packages: ["fastify", "@fastify/type-provider-typebox", "typebox", "pino", ...OPENTELEMETRY],
  },
  engine: { layers: ["metrics", "telemetry"], packages: ["piscina", "node-llama-cpp"] },
  metrics: { layers: ["telemetry"], packages: [] },
  telemetry: { layers: [], packages: [] },
};

/**
 * The doors to other libraries are made for whoever has these, and bring none of their code: each may be described
 * in the types of one file.
 */
const TYPES_OF_PEERS: Partial<Record<string, readonly string[]>> = {
  "telemetry/doors/fastify.ts": ["fastify"],
  "telemetry/doors/opentelemetry.ts": ["@opentelemetry/api", "@opentelemetry/sdk-metrics"],
  "telemetry/doors/prom-client.ts": ["prom-client"],
};

/** "server" for server/routes/chat.ts, "main" for main.ts. */
function layerOf(file: string): string {
  return file.replace(/(\/.*|\.ts)$/, "");
}

function isAllowed(rule: Rule, { from, to, kind }: Reference): boolean {
  if (kind === "type" && TYPES_OF_PEERS[from]?.includes(to)) return true;
  if (isBuiltin(to)) return to.startsWith("node:");
  if (!to.endsWith(".ts")) return rule.packages.includes(to);
  const target = layerOf(to);
  return target === layerOf(from) || rule.layers.includes(target) || rule.layers.includes(to);
}

/** One line for each import that the design forbids. */
export function forbiddenImports(references: readonly Reference[]): string[] {
  return references.flatMap((reference) => {
    const { from, to, kind } = reference;
    const rule = RULES[layerOf(from)];
    if (!rule) return [`src/${from} belongs to no layer`];
    return kind === "start" || isAllowed(rule, reference) ? [] : [`src/${from} must not import ${to}`];
  });
}
