import type {
  AnyViewSpec,
  DerivedValue,
  DerivedViewSpec,
  ViewLabel,
  ViewProduct,
  ViewSource,
  ViewSpec,
} from "../../telemetry/index.js";

/** The forms that the views of all dialects have, so that a dialect can be read as a table. */

/** Seconds that rates, ratios and percentiles look back, unless a metric's help says otherwise. */
export const WINDOW = 60;

/** Labels of the same names as the source's, or by name: the source's label, or the same text for every series. */
export type LabelList = readonly string[] | Readonly<Record<string, string | ViewLabel>>;

export const is = (value: string): ViewLabel => ({ value });

function labelsOf(list: LabelList): Record<string, ViewLabel> {
  const entries: [string, string | ViewLabel][] = isNames(list)
    ? list.map((name) => [name, name])
    : Object.entries(list);
  return Object.fromEntries(
    entries.map(([name, label]) => [name, typeof label === "string" ? { from: label } : label]),
  );
}

function isNames(list: LabelList): list is readonly string[] {
  return Array.isArray(list);
}

/** A metric, the labels that remain of it, and what else is to be known. */
export function of(
  metric: string,
  labels: LabelList = [],
  more: Omit<ViewSource, "metric" | "labels"> = {},
): ViewSource {
  return { metric, labels: labelsOf(labels), ...more };
}

export const sumOf = (metric: string, labels: LabelList = [], scale = 1) =>
  of(metric, labels, scale === 1 ? { take: "sum" } : { take: "sum", scale });

export const countOf = (metric: string, labels: LabelList = []) => of(metric, labels, { take: "count" });

/** Our values of one label under another's names; `cases` says which of ours are each of theirs. */
export function byCase(
  metric: string,
  label: string,
  cases: Readonly<Record<string, readonly string[]>>,
  shownAs: string,
  labels: Readonly<Record<string, string | ViewLabel>> = {},
): ViewSource[] {
  return Object.entries(cases).map(([theirs, ours]) =>
    of(metric, { ...labels, [shownAs]: is(theirs) }, { where: { [label]: ours } }),
  );
}

/** OpenMetrics tells a unit where the name ends in it. */
function unitOf(name: string): { unit?: string } {
  const unit = /_(seconds|bytes|ratio)(?:_total)?$/.exec(name)?.[1];
  return unit === undefined ? {} : { unit };
}

type From = ViewSpec["from"];

export function counter(name: string, help: string, from: From): ViewSpec {
  return { name, type: "counter", help, from, ...unitOf(name) };
}

export function gauge(name: string, help: string, from: From): ViewSpec {
  return { name, type: "gauge", help, from, ...unitOf(name) };
}

export function histogram(
  name: string,
  help: string,
  from: ViewSource,
  bounds?: readonly number[],
): ViewSpec {
  return { name, type: "histogram", help, from, ...unitOf(name), ...(bounds && { bounds }) };
}

/** @param name Ends in `_info`, as lines do. */
export function info(name: string, help: string, from: ViewSource): ViewSpec {
  return { name, type: "info", help, from };
}

/** A gauge computed from changes over a window, in seconds; 0 takes all since the beginning, and gauges as they are. */
export function derived(name: string, help: string, over: number, product: ViewProduct): DerivedViewSpec {
  return { name, type: "gauge", help, over, derive: product, ...unitOf(name) };
}

/** A gauge of several values: those with different labels are its series, those with the same are added up. */
export function derivedFrom(
  name: string,
  help: string,
  [first, ...more]: readonly [DerivedValue, ...DerivedValue[]],
): DerivedViewSpec {
  return { name, type: "gauge", help, ...first, more, ...unitOf(name) };
}

export function perSecond(name: string, help: string, over: number, source: ViewSource, scale = 1) {
  return derived(name, help, over, { times: [source], perSecond: true, scale });
}

export function ratio(
  name: string,
  help: string,
  over: number,
  part: ViewProduct["times"][number],
  whole: ViewProduct["times"][number],
  scale = 1,
) {
  return derived(name, help, over, { times: [part], per: [whole], scale });
}

export function quantile(
  name: string,
  help: string,
  over: number,
  q: number,
  source: ViewSource,
): DerivedViewSpec {
  return { name, type: "gauge", help, over, derive: { quantile: q, of: source } };
}

/** What a metric needs may not be told, as a price: then there is none. */
export function when(condition: boolean, ...views: readonly AnyViewSpec[]): readonly AnyViewSpec[] {
  return condition ? views : [];
}
