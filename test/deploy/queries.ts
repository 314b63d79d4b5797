import { deployFiles, deployText, deployYaml, type Fields, isFields, objectsIn } from "./deploy-files.js";

/** A PromQL expression of `deploy/`. */
export interface DeployedQuery {
  /** Without variables and templates: what a Prometheus can be asked. */
  readonly expr: string;
  /** File below `deploy/`, and what holds the expression there. */
  readonly place: string;
  /** An alert returns data only when it fires, an annotation when what it marks has happened. */
  readonly kind: "panel" | "variable" | "annotation" | "record" | "alert" | "scaler";
  /** What it takes for data to come, of `needs` in `deploy/grafana/needs.json`; null: a server under load. */
  readonly needs: string | null;
}

/** What stands in an expression for something that the asker fills in, and a value that asks for everything. */
const VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/\$\{?__(rate_interval|range)\}?/g, "1m"],
  [/\$\{?__interval\}?/g, "15s"],
  [/\$\{?[a-z]\w*(:\w+)?\}?/g, ".*"],
];

/** What a metric's name says about what it takes, for expressions that no table marks. */
const NEEDS_BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/gpu_cost|usd_per_gpu/, "gpu-price"],
  [/gpu|vram|energy|joules/, "gpu"],
  [/carbon/, "carbon"],
  [/cost|usd/, "price"],
];

interface Panel {
  title: string;
  targets?: { expr: string; refId: string }[];
}

interface Dashboard {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; definition?: string }[] };
  annotations: { list: { name: string; expr?: string }[] };
}

interface Need {
  dashboard: string;
  panel: string;
  expr: string;
  needs: string;
}

/**
 * Every PromQL expression of dashboards, rule files and manifests. Reads YAML: a test that calls it calls `needsYaml`
 * first.
 */
export function* deployedQueries(): Generator<DeployedQuery> {
  for (const path of deployFiles(/\.json$/, "grafana/dashboards")) yield* queriesOfDashboard(path);
  for (const [path, documents] of deployYaml(deployFiles(/\.ya?ml$/))) {
    for (const object of objectsIn(documents)) yield* queriesOfObject(object, path);
  }
}

/** With every variable of Grafana filled in. */
export function withoutVariables(expr: string): string {
  return VARIABLES.reduce((text, [variable, value]) => text.replace(variable, value), expr);
}

function* queriesOfDashboard(path: string): Generator<DeployedQuery> {
  const { uid, panels, templating, annotations } = JSON.parse(deployText(path)) as Dashboard;
  const { queries } = JSON.parse(deployText("grafana/needs.json")) as { queries: Need[] };
  const needsOf = (panel: string, expr: string) =>
    queries.find((need) => need.dashboard === uid && need.panel === panel && need.expr === expr)?.needs ??
    null;
  for (const { title, targets = [] } of panels) {
    for (const { expr, refId } of targets) {
      const place = `${path}: ${title}, ${refId}`;
      yield { expr: withoutVariables(expr), place, kind: "panel", needs: needsOf(title, expr) };
    }
  }
  for (const { name, definition } of templating.list) {
    if (definition === undefined) continue;
    const expr = withoutVariables(seriesOfVariable(definition));
    yield { expr, place: `${path}: $${name}`, kind: "variable", needs: needsByName(expr) };
  }
  for (const { name, expr } of annotations.list) {
    if (expr === undefined) continue;
    yield { expr: withoutVariables(expr), place: `${path}: ${name}`, kind: "annotation", needs: "failure" };
  }
}

/** label_values(series, label): that the series exist, and with the label. */
function seriesOfVariable(definition: string): string {
  const [, series, label] = /^label_values\((.+), *(\w+)\)$/.exec(definition) ?? [];
  if (series === undefined)
    throw new Error(`Expected label_values(…) for a variable but received ${definition}.`);
  return `count by (${label}) (${series})`;
}

function* queriesOfObject(object: Fields, path: string): Generator<DeployedQuery> {
  const { expr, record, alert, type, metadata, seriesQuery, metricsQuery } = object;
  if (typeof expr === "string" && typeof record === "string")
    yield { expr, place: `${path}: ${record}`, kind: "record", needs: needsByName(`${record} ${expr}`) };
  if (typeof expr === "string" && typeof alert === "string")
    yield { expr, place: `${path}: ${alert}`, kind: "alert", needs: needsByName(expr) };
  if (type === "prometheus" && isFields(metadata) && typeof metadata.query === "string")
    yield { expr: metadata.query, place: `${path}: trigger`, kind: "scaler", needs: null };
  if (typeof seriesQuery === "string" && typeof metricsQuery === "string") {
    yield { expr: seriesQuery, place: `${path}: seriesQuery`, kind: "scaler", needs: null };
    yield {
      expr: ofAdapter(metricsQuery, seriesQuery),
      place: `${path}: metricsQuery`,
      kind: "scaler",
      needs: null,
    };
  }
}

/** As prometheus-adapter fills its templates in. */
function ofAdapter(template: string, seriesQuery: string): string {
  return template
    .replaceAll("<<.Series>>", seriesQuery.replace(/\{.*/, ""))
    .replaceAll("<<.LabelMatchers>>", 'job=~".*"')
    .replaceAll("<<.GroupBy>>", "job");
}

function needsByName(text: string): string | null {
  return NEEDS_BY_NAME.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
