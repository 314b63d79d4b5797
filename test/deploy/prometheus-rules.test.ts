import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { debianPackage } from "../debian-package.js";
import { knownSeries } from "./known-metrics.js";
import { groupingLabelsOf, metricsOf, selectorsOf } from "./promql-metrics.js";
import { filesOf, prometheusFolder, readRules } from "./rule-files.js";

const rules = readRules();
const alerts = rules.filter(({ kind }) => kind === "alert");
const unitTests = filesOf("tests").map((file) => readFileSync(file, "utf8"));
const titleOf = ({ file, name }: { file: string; name: string }) => `${name} of ${basename(file)}`;

/** What recording rules and alerts add, beside what their expressions bring. */
const ADDED_LABELS = ["slo"];

describe("promtool", () => {
  const { promtool } = debianPackage("prometheus", ["promtool"]);
  const run = promisify(execFile);

  test("the configuration and every rule are right", async () => {
    const { stdout } = await run(promtool, ["check", "config", join(prometheusFolder, "prometheus.yml")]);
    expect(stdout).not.toMatch(/FAILED|duplicate/i);
    const counted = [...stdout.matchAll(/(\d+) rules found/g)].map(([, count]) => Number(count));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(rules.length);
  });

  // promtool ends with an error, and so does the promise, when a single case is not as it should be.
  test.each(filesOf("tests").map((file) => [basename(file), file]))("%s", async (_, file) => {
    const { stdout } = await run(promtool, ["test", "rules", file]);
    expect(stdout).toContain("SUCCESS");
  });
});

interface Case {
  readonly of: string;
  readonly expression: string;
  readonly samples: string;
}

/** Each expression that unit tests evaluate, with what they expect of it. */
function casesOf(text: string): Case[] {
  const of = /rule_files: \[\.\.\/rules\/(.+)\]/.exec(text)![1]!;
  return text
    .split(/^ +- expr: /m)
    .slice(1)
    .map((part) => {
      const [expression, ...rest] = part.split("\n");
      return { of, expression: expression!, samples: rest.join("\n").split(/^ {2}(?:- name|#)/m)[0]! };
    });
}

const cases = unitTests.flatMap(casesOf);

/** Cases of one alert that expect it in `state`; null: that it is neither pending nor firing. */
function casesIn(state: string | null, { file, name }: (typeof rules)[number]): Case[] {
  const ofIt = cases.filter(
    ({ of, expression }) => of === basename(file) && expression.includes(`alertname="${name}"`),
  );
  const isSo = ({ samples }: Case) =>
    state === null ? samples.includes("exp_samples: []") : samples.includes(`alertstate="${state}"`);
  return ofIt.filter(isSo);
}

describe("unit tests have a case in which", () => {
  test.each(alerts.map((alert) => [titleOf(alert), alert] as const))("%s fires and is silent", (_, alert) => {
    expect(casesIn("firing", alert)).not.toEqual([]);
    expect(casesIn(null, alert)).not.toEqual([]);
    const waits = alert.lines.some((line) => line.startsWith("for:"));
    expect(casesIn("pending", alert).length > 0).toBe(waits);
  });

  const records = [...new Set(rules.filter(({ kind }) => kind === "record").map(({ name }) => name))];
  test.each(records)("%s has a value", (name) => {
    const valued = cases.filter(({ expression, samples }) => {
      return (
        metricsOf(expression.replace(/^(['"])(.*)\1$/, "$2")).includes(name) && samples.includes("value:")
      );
    });
    expect(valued).not.toEqual([]);
  });
});

describe("rules name only what there is:", () => {
  const recorded = new Set(rules.filter(({ kind }) => kind === "record").map(({ name }) => name));

  test.each(rules.map((rule) => [titleOf(rule), rule] as const))("%s", (_, { expression }) => {
    const known = knownSeries();
    const unknown = metricsOf(expression).filter((name) => !known.has(name) && !recorded.has(name));
    expect(unknown).toEqual([]);
    const labels = selectorsOf(expression).flatMap(({ metric, matchers }) =>
      matchers
        .filter(({ label }) => !recorded.has(metric!) && !known.get(metric!)!.has(label))
        .map(({ label }) => `${metric}{${label}}`),
    );
    expect(labels).toEqual([]);
    if (metricsOf(expression).some((name) => recorded.has(name))) return;
    const brought = new Set(metricsOf(expression).flatMap((name) => [...known.get(name)!]));
    expect(groupingLabelsOf(expression).filter((label) => !brought.has(label))).toEqual([]);
  });
});

describe("alerts say", () => {
  test.each(alerts.map((alert) => [titleOf(alert), alert] as const))(
    "%s: what, and what to do",
    (_, { lines }) => {
      const text = lines.join("\n");
      expect(text).toMatch(/severity: (critical|warning|info)/);
      // An alias stands for the annotations of the alert before it, of the same objective.
      if (/^annotations: \*\w+$/m.test(text)) return;
      for (const annotation of ["summary", "description", "runbook"])
        expect(text).toMatch(new RegExp(`^ {2}${annotation}: .{2,}`, "m"));
    },
  );

  test("nothing of labels that their expressions do not bring", () => {
    const known = knownSeries();
    const missing = alerts.flatMap(({ name, expression, lines }) => {
      const brought = metricsOf(expression).flatMap((metric) => [...(known.get(metric) ?? ["model"])]);
      const used = [...lines.join("\n").matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
      return used
        .filter((label) => ![...brought, ...ADDED_LABELS].includes(label))
        .map((l) => `${name}: ${l}`);
    });
    expect(missing).toEqual([]);
  });
});
