/** Rows of the tables in short: a kind, then what every panel has, then what only this one has. */

/** Queries by their legends, in this order; one alone needs no legend, and what `quantiles` makes is such a list already. */
const queriesOf = (queries) => {
  if (typeof queries === "string") return [{ expr: queries }];
  return Array.isArray(queries)
    ? queries
    : Object.entries(queries).map(([legend, expr]) => ({ legend, expr }));
};

const kind =
  (name) =>
  (title, unit, description, queries, more = {}) => ({
    kind: name,
    title,
    unit,
    description,
    queries: queriesOf(queries),
    ...more,
  });

export const timeseries = kind("timeseries");
export const stat = kind("stat");
export const gauge = kind("gauge");
export const bargauge = kind("bargauge");
export const table = kind("table");
export const heatmap = kind("heatmap");
export const stateTimeline = kind("state-timeline");

export const text = (title, markdown, more = {}) => ({ kind: "text", title, text: markdown, ...more });

/** What a system's dashboard would show too, and the feature that has to come first. */
export const waiting = (features) =>
  text(
    "Waiting",
    Object.entries(features)
      .map(([feature, panels]) => `- **${feature}**: ${panels}`)
      .join("\n"),
    { height: 3 + Object.keys(features).length },
  );

/** Colours from a value on: `rising([0.01, "yellow"], [0.05, "red"])`, where less is better. */
export const rising = (...thresholds) => ({ thresholds });

/** Where more is better: red below the first value. */
export const falling = (yellow, green) => ({
  base: "red",
  thresholds: [
    [yellow, "yellow"],
    [green, "green"],
  ],
});

/** An axis from nothing to everything. */
export const SHARE = { min: 0, max: 1 };
export const PERCENT = { min: 0, max: 100 };
