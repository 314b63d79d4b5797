import { code, table } from "./markdown.mjs";

const UNITS = ["seconds", "bytes", "ratio", "joules", "watts", "celsius", "hertz", "tokens"];
const TYPE_NAMES = { nativeHistogram: "native histogram", stateset: "state set" };
const SHOWN_VALUES = 8;

const INTRODUCTION = `# The metrics

Written by \`npm run metrics:docs\` from the catalogs in [src/metrics/catalog](../src/metrics/catalog), of the Node runtime and of
the GPUs; a test fails where it differs.

These are what \`GET /metrics\` shows under \`--metrics-dialects tacho\`, the default. Other systems' names for them are in
[dialects.md](dialects.md). Names, units and types follow Prometheus' conventions: base units, \`_total\` on counters. A series without a
value is absent, never 0: GPUs that are not there, gauges of a process that has ended. Counters outlive the engine host, and with
\`--metrics-file\` the server.

A label with a list has these values alone. Others are bounded: beyond 1,000 sets of labels a metric's further ones share
one series, all of whose labels are \`overflow\`, and \`tacho_telemetry_series_overflowed_total\` counts them.`;

/** In the order of the document. \`metrics\` are values of a catalog. */
export function metricsDocument(sections) {
  const parts = sections.map(({ title, about, metrics }) =>
    [
      `## ${title}`,
      ...(about ? [about] : []),
      table(["name", "type", "labels", "unit", "what it measures"], metrics.map(row)),
    ].join("\n\n"),
  );
  return `${[INTRODUCTION, ...parts].join("\n\n")}\n`;
}

function row({ name, type, labels, unit, help, states }) {
  const all = states ? { ...labels, [name]: states } : labels;
  return [code(name), TYPE_NAMES[type] ?? type, labelsText(all), unit ?? unitOf(name), help];
}

function labelsText(labels = {}) {
  return Object.entries(labels)
    .map(([label, values]) =>
      Array.isArray(values) ? `${code(label)} (${valuesText(values)})` : code(label),
    )
    .join(", ");
}

function valuesText(values) {
  const rest = values.length - SHOWN_VALUES;
  return [...values.slice(0, SHOWN_VALUES), ...(rest > 0 ? [`and ${rest} more`] : [])].join(", ");
}

function unitOf(name) {
  const base = name.replace(/_total$/, "");
  return UNITS.find((unit) => base.endsWith(`_${unit}`)) ?? "";
}
