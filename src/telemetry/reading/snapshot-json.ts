import type { ExemplarSnapshot, FamilySnapshot, Snapshot } from "./snapshot.js";

const BEYOND_JSON: Readonly<Record<string, number>> = { NaN: NaN, "+Inf": Infinity, "-Inf": -Infinity };

/** Only the numbers of known fields are looked at: a label's value may well be "NaN". */
function revive<Field extends string>(holder: Record<Field, number>, ...fields: Field[]): void {
  for (const field of fields) {
    const value: unknown = holder[field];
    if (typeof value === "string") holder[field] = BEYOND_JSON[value] ?? NaN;
  }
}

function reviveExemplars(exemplars: readonly (ExemplarSnapshot | undefined)[] = []): void {
  for (const exemplar of exemplars) if (exemplar !== undefined) revive(exemplar, "value");
}

function reviveFamily(family: FamilySnapshot): void {
  switch (family.type) {
    case "stateset":
      return;
    case "histogram":
      for (const series of family.series) {
        revive(series, "sum");
        for (const bucket of series.buckets) revive(bucket, "le");
        reviveExemplars(series.exemplars);
      }
      return;
    case "summary":
      for (const series of family.series) {
        revive(series, "sum");
        for (const quantile of series.quantiles) revive(quantile, "value");
      }
      return;
    default:
      for (const series of family.series) {
        revive(series, "value");
        reviveExemplars([series.exemplar]);
      }
  }
}

/** Reads what the segment renders as JSON: an array of families, numbers that JSON has not as strings. */
export function snapshotFromJson(json: Buffer): Snapshot {
  const families = JSON.parse(json.toString()) as FamilySnapshot[];
  families.forEach(reviveFamily);
  return Object.fromEntries(families.map((family) => [family.name, family]));
}
