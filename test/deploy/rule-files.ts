import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

export const prometheusFolder = fileURLToPath(new URL("../../deploy/prometheus/", import.meta.url));

export interface Rule {
  readonly file: string;
  readonly kind: "alert" | "record";
  readonly name: string;
  readonly expression: string;
  /** The lines from its name to the next rule's, less their indent. */
  readonly lines: readonly string[];
}

/** Paths of the files of a folder of deploy/prometheus, in order. */
export function filesOf(folder: "rules" | "tests"): string[] {
  const names = readdirSync(join(prometheusFolder, folder)).sort();
  return names.map((name) => join(prometheusFolder, folder, name));
}

export function readRules(): Rule[] {
  return filesOf("rules").flatMap(rulesOf);
}

const RULE = /^ {6}- (alert|record): (.+)$/;

/** Our rule files are written alike, so lines tell as much as a parser of YAML would; promtool reads them as YAML. */
function rulesOf(file: string): Rule[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const starts = lines.flatMap((line, at) => (RULE.test(line) ? [at] : []));
  return starts.map((start, i) => {
    const [, kind, name] = RULE.exec(lines[start]!)!;
    const own = lines.slice(start + 1, starts[i + 1]).map((line) => line.slice(8));
    return { file, kind: kind as Rule["kind"], name: name!, expression: expressionOf(own), lines: own };
  });
}

/** On the line of its key, or indented below it. */
function expressionOf(lines: readonly string[]): string {
  const at = lines.findIndex((line) => line.startsWith("expr:"));
  const inline = lines[at]!.slice("expr:".length).trim();
  if (inline !== "|") return inline;
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.startsWith("  "));
  return rest.slice(0, end < 0 ? undefined : end).join("\n");
}
