import { describe, expect, test } from "vitest";
import { deployFiles, deployText } from "./deploy-files.js";
import { metricsOf } from "./promql-metrics.js";
import { withoutVariables } from "./queries.js";

interface GridPos {
  x: number;
  y: number;
  w: number;
  h: number;
}

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: GridPos;
  datasource?: { type: string; uid: string };
  fieldConfig?: { defaults: { unit?: string; thresholds: { steps: { value: number | null }[] } } };
  targets?: { refId: string; expr: string; legendFormat: string; datasource: { uid: string } }[];
}

interface Dashboard {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  schemaVersion: number;
  panels: Panel[];
  templating: { list: { name: string; type: string; query: unknown }[] };
}

const builder = new URL("../../deploy/grafana/build.mjs", import.meta.url).href;
const { buildFiles, readTables } = (await import(builder)) as {
  buildFiles: () => Promise<Map<string, string>>;
  readTables: () => Promise<{ rows: { panels: { title: string }[] }[] }[]>;
};

const paths = deployFiles(/\.json$/, "grafana/dashboards");
const dashboards = paths.map((path) => [path, JSON.parse(deployText(path)) as Dashboard] as const);
const { needs, queries: marked } = JSON.parse(deployText("grafana/needs.json")) as {
  needs: Record<string, string>;
  queries: { dashboard: string; panel: string; expr: string; needs: string }[];
};

/** Metrics of hardware and of money: without them they have no series. */
const ABSENT = /^tacho_gpu_|^gpu_|_gpu_|vram|energy|^cost_|_cost_/;

test("the committed dashboards are what the tables make (npm run dashboards)", async () => {
  const built = await buildFiles();
  expect([...paths, "grafana/needs.json"].sort()).toEqual(
    [...built.keys()].map((path) => `grafana/${path}`).sort(),
  );
  for (const [path, text] of built) expect(deployText(`grafana/${path}`), path).toBe(text);
});

test("what several dashboards show alike is written once", async () => {
  const panels = new Set((await readTables()).flatMap(({ rows }) => rows.flatMap((row) => row.panels)));
  const written = [...panels].map((panel) => JSON.stringify(panel));
  const twice = [...panels].filter((_, at) => written.indexOf(written[at]!) !== at);
  expect(twice.map(({ title }) => title)).toEqual([]);
});

test("there is one for each system, and those of the server itself", () => {
  const tags = dashboards.map(([, { tags }]) => tags);
  for (const system of ["neuronetes", "distributed-llm", "neurectomy", "ryot", "orchestrator"])
    expect(tags.filter((list) => list.includes(system))).toHaveLength(1);
  const own = dashboards.map(([, { uid }]) => uid).filter((uid) => uid.startsWith("tacho-"));
  expect(own).toEqual(
    ["cost", "engine", "gpu", "latency", "overview", "reliability"].map((name) => `tacho-${name}`),
  );
});

describe.each(dashboards)("%s", (path, dashboard) => {
  const shown = dashboard.panels.filter(({ type }) => type !== "row" && type !== "text");

  test("is found by its uid, its title and its tags", () => {
    expect(path).toBe(`grafana/dashboards/${dashboard.uid}.json`);
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard.tags[0]).toBe("tacho");
    expect(dashboards.filter(([, { title }]) => title === dashboard.title)).toHaveLength(1);
    expect(dashboard.description).not.toBe("");
  });

  test("asks which Prometheus, job and instance", () => {
    const [source, ...others] = dashboard.templating.list;
    expect(source).toMatchObject({ name: "datasource", type: "datasource", query: "prometheus" });
    expect(others.map(({ name }) => name)).toEqual(expect.arrayContaining(["job", "instance"]));
    const uids = shown.flatMap(({ datasource, targets = [] }) => [
      datasource,
      ...targets.map((one) => one.datasource),
    ]);
    expect(new Set(uids.map((one) => one?.uid))).toEqual(new Set(["${datasource}"]));
  });

  test("says of each panel what it shows, in which unit, and draws none over another", () => {
    for (const { title, description, fieldConfig, targets = [] } of shown) {
      expect(description, title).toMatch(/\.$/);
      expect(fieldConfig?.defaults.unit, title).toBeTruthy();
      expect(targets.length, title).toBeGreaterThan(0);
      const steps = fieldConfig!.defaults.thresholds.steps.map(({ value }) => value ?? -Infinity);
      expect(steps, title).toEqual([...steps].sort((a, b) => a - b));
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(overlaps(dashboard.panels)).toEqual([]);
  });

  test("uses no variable that it does not ask for", () => {
    const names = dashboard.templating.list.map(({ name }) => name);
    const used = shown.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => expr.match(/\$[a-z]\w*/g) ?? []),
    );
    expect([...new Set(used)].filter((name) => !names.includes(name.slice(1)))).toEqual([]);
  });

  test("marks what has no data without hardware or prices", () => {
    for (const { title, targets = [] } of shown)
      for (const { expr } of targets) {
        const mark = marked.find(
          (one) => one.dashboard === dashboard.uid && one.panel === title && one.expr === expr,
        );
        const isAbsent = metricsOf(expr).some((metric) => ABSENT.test(metric));
        if (isAbsent) expect(mark?.needs, `${title}: ${expr}`).toBeDefined();
        if (mark) expect(needs).toHaveProperty(mark.needs);
      }
  });
});

function overlaps(panels: readonly Panel[]): string[] {
  const cells = panels.flatMap(({ title, gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => ({
      title,
      at: `${x + (i % w)},${y + Math.floor(i / w)}`,
      out: x + w > 24,
    })),
  );
  const taken = new Map<string, string>();
  return cells.flatMap(({ title, at, out }) => {
    const other = taken.get(at);
    taken.set(at, title);
    return other === undefined && !out ? [] : [`${title} over ${other ?? "the edge"}`];
  });
}

test("variables of Grafana are filled in", () => {
  const expr = 'rate(a_total{job=~"$job",model=~"${model:regex}"}[$__rate_interval])';
  expect(withoutVariables(expr)).toBe('rate(a_total{job=~".*",model=~".*"}[1m])');
});
