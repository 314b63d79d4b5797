import type { Dialect, DialectFacts } from "../../src/metrics/dialect.js";
import type { AnyViewSpec, DerivedViewSpec, ViewSource, ViewSpec } from "../../src/telemetry/index.js";
import { GPU_LABEL_VALUES, KNOWN_METRICS, type KnownMetric } from "./recorded-metrics.js";

export const FACTS: DialectFacts = {
  version: "1.2.3",
  commit: "abc",
  node: "node-1",
  environment: "test",
  cluster: "c",
  readingSpeed: 5.5,
  prices: { input: 0.5, output: 1.5, gpuHour: 2, carbonIntensity: 400 },
};

export function isDerived(view: AnyViewSpec): view is DerivedViewSpec {
  return "derive" in view;
}

const listed = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? (one as T[]) : [one as T]);

export function sourcesOf(view: AnyViewSpec): readonly ViewSource[] {
  if (!isDerived(view)) return listed(view.from);
  const { derive } = view;
  if ("of" in derive) return listed(derive.of);
  return [...derive.times, ...(derive.per ?? [])].flatMap((factor) => listed(factor));
}

export function labelNamesOf(view: AnyViewSpec): string[] {
  const [first] = sourcesOf(view);
  return Object.keys(first?.labels ?? KNOWN_METRICS.get(first?.metric ?? "")?.labels ?? {}).sort();
}

function isAllowed(name: string, label: string, { labels }: KnownMetric, value: string): boolean {
  if (name.startsWith("tacho_gpu_")) return GPU_LABEL_VALUES.has(value);
  return labels[label]?.includes(value) ?? true;
}

function sourceFaults({ metric, where = {}, labels = {} }: ViewSource): string[] {
  const known = KNOWN_METRICS.get(metric);
  if (!known) return [`${metric} is recorded nowhere`];
  const used = [
    ...Object.keys(where),
    ...Object.values(labels).flatMap((label) => ("from" in label ? [label.from] : [])),
  ];
  const strange = used.filter((label) => !(label in known.labels)).map((l) => `${metric} has no label ${l}`);
  const values = Object.entries(where).flatMap(([label, value]) =>
    listed(value)
      .filter((one) => !isAllowed(metric, label, known, one))
      .map((one) => `${metric} has no ${label} ${one}`),
  );
  return [...strange, ...values];
}

function boundFaults({ bounds, type }: ViewSpec, { metric, scale = 1, take }: ViewSource): string[] {
  const known = KNOWN_METRICS.get(metric);
  if (type !== "histogram") {
    const isHistogram = known?.type === "histogram" || known?.type === "nativeHistogram";
    return isHistogram === (take === "sum" || take === "count") ? [] : [`takes ${String(take)} of ${metric}`];
  }
  if (known?.type !== "histogram") return [`${metric} is no histogram`];
  const recorded = new Set(known.bounds.map((bound) => bound * scale));
  return (bounds ?? [])
    .filter((bound) => !recorded.has(bound))
    .map((bound) => `${metric} has no bound ${bound}`);
}

/** What is wrong with a dialect's table, whatever its values. */
export function dialectFaults(dialect: Dialect): string[] {
  const views = dialect.views(FACTS);
  const names = [...views, ...dialect.waiting].map(({ name }) => name);
  const twice = names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} twice`);
  const strayNotes = Object.keys(dialect.notes).filter((name) => !names.includes(name));
  const faults = views.flatMap((view) =>
    [
      ...sourcesOf(view).flatMap(sourceFaults),
      ...(isDerived(view) ? [] : sourcesOf(view).flatMap((source) => boundFaults(view, source))),
      ...(/^[A-Z1].*\.$/.test(view.help) ? [] : ["its help is no sentence"]),
    ].map((fault) => `${view.name}: ${fault}`),
  );
  return [...twice, ...strayNotes.map((name) => `a note on ${name}, which is not there`), ...faults];
}

/** Name and type of what is shown. */
export function typesOf(dialect: Dialect): Record<string, string> {
  return Object.fromEntries(dialect.views(FACTS).map(({ name, type }) => [name, type]));
}

export function viewOf(dialect: Dialect, name: string): AnyViewSpec {
  const view = dialect.views(FACTS).find((one) => one.name === name);
  if (!view) throw new Error(`${dialect.name} shows no ${name}`);
  return view;
}
