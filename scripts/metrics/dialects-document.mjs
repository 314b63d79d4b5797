import { labelsText, madeOf, PLACEHOLDERS } from "./made-of.mjs";
import { code, table } from "./markdown.mjs";

const INTRODUCTION = (names) => `# Dialects

Written by \`npm run metrics:docs\` from the tables in [src/metrics/dialects](../src/metrics/dialects); a test fails where it
differs.

A dialect shows [tacho's own metrics](metrics.md) under another system's names, types, units, labels and buckets, so that dashboards and
alerts made for that system work here. Everything is recorded once: a dialect costs nothing until it is read. What has no source in
tacho is absent, and waits for the feature named below; nothing is made up.

## Choosing

${names.map(code).join(", ")}; several with commas.

- \`--metrics-dialects tacho,ryot\`: what \`/metrics\` shows. Default: \`tacho\`.
- \`GET /metrics?dialect=ryot\`, or \`?dialect=tacho,ryot\`: this once.
- For Prometheus, \`params\` of a scrape:

\`\`\`yaml
scrape_configs:
  - job_name: ryot
    params: { dialect: [ryot] }
    static_configs: [{ targets: ["127.0.0.1:8080"] }]
\`\`\`

Labels that name this installation come from \`--node-id\`, \`--environment\` and \`--cluster\`; metrics of cost and carbon appear once
\`--price-input\`, \`--price-output\` (US dollars for 1,000 tokens), \`--price-gpu-hour\` or \`--carbon-intensity\` (grams a kilowatt-hour)
is given. Token prices come first: the GPU hour's price makes the costs where neither is given.

## Rates, shares and percentiles

Gauges of these are computed at each reading, from the changes of counters and histograms over the window that their
help names. Reading changes nothing: two scrapers see the same. They are absent while there is nothing to divide by. Where queries are
written anew, \`rate()\` of the counters behind them is better: a gauge of a rate cannot be added up over time.

## OpenMetrics

Prometheus asks for OpenMetrics first, where the name of a counter must end in \`_total\` and be declared without it. A counter whose
name does not, such as \`agent_total_tokens\`, would be renamed. Here such names stay as they are in every format: OpenMetrics calls their type
\`unknown\`, which changes nothing for queries, and they carry no exemplars, for which Prometheus would drop the scrape.`;

/** @param documented Of a dialect's name: what its system's document and code have, where that is listed. */
export function dialectsDocument(dialects, documented) {
  const shown = dialects.map((dialect) => ({ ...dialect, alive: dialect.views(PLACEHOLDERS) }));
  const names = dialects.map(({ name }) => name);
  return `${[INTRODUCTION(names), countsPart(shown, documented), ...shown.map(part)].join("\n\n")}\n`;
}

function countsPart(dialects, documented) {
  const rows = dialects.map(({ name, alive, waiting }) => {
    const system = documented(name);
    const ours = system ? alive.filter((view) => !system.names.has(view.name)).length : 0;
    return [
      code(name),
      system?.inDocument ?? "",
      system?.inCode ?? "",
      alive.length - ours,
      waiting.length,
      ours,
    ];
  });
  const head = ["dialect", "in its document", "in its code alone", "alive", "waiting", "added by us"];
  return `## Counts\n\n${table(head, rows)}`;
}

function part({ name, title, alive, waiting, notes }) {
  const noteOf = (view) => notes[view.name] ?? notes[view.name.replace(/_info$/, "")];
  const rows = alive.map((view) => [
    code(view.name),
    view.type,
    labelsText(view),
    madeOf(view),
    [view.help, noteOf(view)].filter(Boolean).join(" "),
  ]);
  return [
    `## ${title}: \`${name}\``,
    ...(name === "tacho" ? ["The metrics of [metrics.md](metrics.md), and these:"] : []),
    ...(rows.length > 0 ? [table(["name", "type", "labels", "made of", "what it means"], rows)] : []),
    ...(waiting.length > 0
      ? [
          "Waiting:",
          table(
            ["name", "waits for"],
            waiting.map((one) => [code(one.name), waits(one, notes)]),
          ),
        ]
      : []),
  ].join("\n\n");
}

function waits({ name, needs }, notes) {
  return notes[name] === undefined ? needs : `${needs}. ${notes[name]}`;
}
