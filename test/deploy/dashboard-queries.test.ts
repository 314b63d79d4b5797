import { describe, expect, test } from "vitest";
import { debianPackage } from "../debian-package.js";
import { EmptyPrometheus } from "./empty-prometheus.js";
import { type KnownSeries, knownSeries } from "./known-metrics.js";
import { groupingLabelsOf, selectorsOf } from "./promql-metrics.js";
import { type DeployedQuery, deployedQueries } from "./queries.js";
import { needsYaml } from "./yaml.js";

/** Labels that an expression makes itself, and those that a cluster adds to its targets. */
const OTHER_LABELS = ["namespace", "pod", "service"];

/** What an expression asks for that no server of ours, and no rule, ever shows. */
function unknownIn({ expr }: DeployedQuery, known: KnownSeries, records: ReadonlySet<string>): string[] {
  const selectors = selectorsOf(expr).filter(({ metric }) => metric !== null && !records.has(metric));
  const labels = new Set(selectors.flatMap(({ metric }) => [...(known.get(metric!) ?? [])]));
  const asked = [
    ...selectors.flatMap(({ matchers }) => matchers.map(({ label }) => label)),
    ...groupingLabelsOf(expr),
  ];
  const ofRecords = selectorsOf(expr).length > selectors.length;
  return [
    ...selectors.map(({ metric }) => metric!).filter((metric) => !known.has(metric)),
    ...asked.filter((label) => !ofRecords && !labels.has(label) && !OTHER_LABELS.includes(label)),
  ];
}

describe("every expression of deploy/", () => {
  const { prometheus: program } = debianPackage("prometheus", ["prometheus"]);
  needsYaml();

  test("is what Prometheus calls PromQL", async () => {
    const prometheus = await EmptyPrometheus.start(program);
    try {
      const queries = [...deployedQueries()];
      const problems = await Promise.all(queries.map(({ expr }) => prometheus.problemOf(expr)));
      const wrong = queries
        .map((query, i) => ({ ...query, problem: problems[i] }))
        .filter(({ problem }) => problem);
      expect(wrong).toEqual([]);
    } finally {
      await prometheus.end();
    }
  });

  test("names only metrics and labels that there are", () => {
    const queries = [...deployedQueries()];
    const known = knownSeries();
    const records = new Set(
      queries.filter(({ kind }) => kind === "record").map(({ place }) => place.split(": ")[1]!),
    );
    const problems = queries.map((query) => [query.place, unknownIn(query, known, records)] as const);
    expect(problems.filter(([, unknown]) => unknown.length > 0)).toEqual([]);
    expect(queries.length).toBeGreaterThan(0);
  });
});
