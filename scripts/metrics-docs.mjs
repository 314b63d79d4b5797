import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { documents } from "./metrics/documents.mjs";

const ROOT = new URL("../", import.meta.url);
const CATALOG_PARTS = ["http", "requests", "stages", "sessions", "guardrails", "engine", "models", "node"];

/** What the compiled sources declare. */
export async function declared() {
  const load = (file) => import(new URL(`dist/${file}`, ROOT).href);
  const parts = await Promise.all(CATALOG_PARTS.map((part) => load(`metrics/catalog/${part}.js`)));
  const [{ DIALECTS }, { runtimeCatalog }] = await Promise.all([
    load("metrics/dialects.js"),
    load("telemetry/index.js"),
  ]);
  const metrics = Object.entries(Object.assign({}, ...parts)).filter(([name]) => name.endsWith("Metrics"));
  return {
    parts: Object.fromEntries(metrics),
    runtime: runtimeCatalog.metrics,
    dialects: Object.values(DIALECTS),
  };
}

/** Paths of documents that are not what they would be. */
export function outdated(written) {
  return Object.keys(written).filter((path) => readFileSync(new URL(path, ROOT), "utf8") !== written[path]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const written = documents(await declared());
  for (const [path, text] of Object.entries(written)) writeFileSync(new URL(path, ROOT), text);
  console.log(`Wrote ${Object.keys(written).join(" and ")}.`);
}
