import { spawnSync } from "node:child_process";
import { debianPackage } from "../debian-package.js";

export interface ReferenceSample {
  name: string;
  labels: Record<string, string>;
  /** A string for NaN and infinity. */
  value: number | string;
  exemplar: { labels: Record<string, string>; value: number; timestamp: number } | null;
}

export interface ReferenceFamily {
  name: string;
  type: string;
  unit: string;
  help: string;
  samples: ReferenceSample[];
}

const PARSER = "/usr/lib/python3/dist-packages/prometheus_client/openmetrics/parser.py";

/** Debian's own interpreter: another that comes first on the PATH does not see Debian's packages. */
const PYTHON = "/usr/bin/python3";

const SCRIPT = `
import json, math, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families

def number(value):
    value = float(value)
    return value if math.isfinite(value) else str(value)

def exemplar(e):
    return e and {"labels": e.labels, "value": e.value, "timestamp": float(e.timestamp)}

text = sys.stdin.buffer.read().decode()
print(json.dumps([{
    "name": f.name, "type": f.type, "unit": f.unit, "help": f.documentation,
    "samples": [{"name": s.name, "labels": s.labels, "value": number(s.value), "exemplar": exemplar(s.exemplar)}
                for s in f.samples],
} for f in text_string_to_metric_families(text)]))
`;

/**
 * The reference parser of OpenMetrics, which throws where it refuses the text. Called in a `describe`, it skips
 * the tests there when it is not installed.
 */
export function openMetricsReference(): (text: Buffer) => ReferenceFamily[] {
  debianPackage("python3-prometheus-client", [PYTHON, PARSER]);
  return (text) => {
    const options = { input: text, encoding: "utf8", maxBuffer: 2 ** 28 } as const;
    const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", SCRIPT], options);
    if (status !== 0) throw new Error(stderr.trim().split("\n").at(-1));
    return JSON.parse(stdout) as ReferenceFamily[];
  };
}
