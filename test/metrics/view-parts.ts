import type { AnyViewSpec, DerivedValue, ViewFactor, ViewSource } from "../../src/telemetry/index.js";

export function isDerived(view: AnyViewSpec): view is Extract<AnyViewSpec, { derive: unknown }> {
  return "derive" in view;
}

const listOf = (factor: ViewFactor): readonly ViewSource[] =>
  Array.isArray(factor) ? (factor as readonly ViewSource[]) : [factor as ViewSource];

/** The factor that a derived value has its labels from, and the others. */
function factorsOf({ derive }: DerivedValue): [ViewFactor, ...ViewFactor[]] {
  if ("quantile" in derive) return [derive.of];
  return [derive.times[0]!, ...derive.times.slice(1), ...(derive.per ?? [])];
}

const valuesOf = (view: DerivedValue & { more?: readonly DerivedValue[] }) => [view, ...(view.more ?? [])];

/** All that a view reads. */
export function sourcesOf(view: AnyViewSpec): readonly ViewSource[] {
  if (!isDerived(view)) return listOf(view.from);
  return valuesOf(view).flatMap((value) => factorsOf(value).flatMap(listOf));
}

/** What a view's series have their labels from. */
export function labelSourcesOf(view: AnyViewSpec): readonly ViewSource[] {
  if (!isDerived(view)) return listOf(view.from);
  return valuesOf(view).flatMap((value) => listOf(factorsOf(value)[0]));
}
