import type { FamilySnapshot, Snapshot } from "../telemetry/index.js";

type Row = [series: string, value: string];

function seriesName(name: string, labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

function rowsOf(family: FamilySnapshot): Row[] {
  const { name } = family;
  switch (family.type) {
    case "histogram":
    case "summary":
      return family.series.map(({ labels, count, sum }) => {
        const mean = count === 0 ? "" : `, mean ${shortNumber(sum / count)}`;
        return [seriesName(name, labels), `${shortNumber(count)} events${mean}`];
      });
    case "stateset":
      return family.series.map(({ labels, states }) => {
        const on = Object.keys(states).filter((state) => states[state]);
        return [seriesName(name, labels), on.join(", ") || "none"];
      });
    default:
      return family.series.map(({ labels, value }) => [seriesName(name, labels), shortNumber(value)]);
  }
}

/** One line a series, for people: histograms as count and mean. */
export function metricsTable(snapshot: Snapshot): string {
  const rows = Object.values(snapshot).flatMap(rowsOf);
  const width = Math.max(0, ...rows.map(([series]) => series.length));
  return rows.map(([series, value]) => `${series.padEnd(width)}  ${value}\n`).join("");
}
