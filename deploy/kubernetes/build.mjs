import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const RULES = fileURLToPath(new URL("../prometheus/rules/", import.meta.url));
const MANIFEST = fileURLToPath(new URL("components/prometheus-operator/rules.yml", import.meta.url));

/** A rule file is what a PrometheusRule's spec holds, so its text is moved in as it is, comments included. */
function prometheusRule(file) {
  const text = readFileSync(join(RULES, file), "utf8").trimEnd();
  const spec = text.split("\n").map((line) => (line === "" ? "" : `  ${line}`));
  return [
    "apiVersion: monitoring.coreos.com/v1",
    "kind: PrometheusRule",
    "metadata:",
    `  name: ${rulesName(file)}`,
    "  labels:",
    "    release: prometheus",
    "spec:",
    ...spec,
  ].join("\n");
}

function rulesName(file) {
  const name = basename(file, ".yml");
  return name.startsWith("tacho") ? name : `tacho-${name}`;
}

/** All rule files as resources of the Prometheus operator. */
export function buildRules() {
  const files = readdirSync(RULES).filter((name) => name.endsWith(".yml"));
  const note = "# Made from deploy/prometheus/rules by `npm run manifests`.\n";
  return `${note}${files.sort().map(prometheusRule).join("\n---\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(MANIFEST, buildRules());
  console.log("Wrote deploy/kubernetes/components/prometheus-operator/rules.yml.");
}
