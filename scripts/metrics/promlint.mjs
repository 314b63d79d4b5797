/**
 * The rules of promlint, which `promtool check metrics` applies: what Prometheus asks of names. A family is
 * `{name, type, help, labels}`, with the type that the text format shows it as.
 */

const PREFIXES = [
  "",
  ..."pico nano micro milli centi deci deca hecto kilo kibi mega mibi giga gibi tera tebi peta pebi".split(
    " ",
  ),
];

/** What each unit should be told in. */
const BASE_OF = {
  ...Object.fromEntries(
    ["amperes", "bytes", "celsius", "grams", "joules", "kelvin", "meters", "metres", "seconds", "volts"].map(
      (unit) => [unit, unit],
    ),
  ),
  ...{ minutes: "seconds", hours: "seconds", days: "seconds", weeks: "seconds" },
  ...{ kelvins: "kelvin", fahrenheit: "celsius", rankine: "celsius" },
  ...{ inches: "meters", yards: "meters", miles: "meters" },
  ...{ bits: "bytes", calories: "joules", pounds: "grams", ounces: "grams" },
};

const ABBREVIATIONS = ["s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"];
const TYPE_WORDS = ["counter", "gauge", "summary", "untyped", "histogram", "gauge_histogram"];

/** Whether `words` stand in the name as a whole, after the first. */
const holds = (name, words) => name.endsWith(`_${words}`) || name.includes(`_${words}_`);

function foreignUnit(name) {
  for (const word of name.split("_"))
    for (const [unit, base] of Object.entries(BASE_OF))
      if (PREFIXES.some((prefix) => word === prefix + unit)) return word === base ? null : { word, base };
  return null;
}

const isHistogram = ({ type }) => type === "histogram";
const hasCounts = ({ type }) => type === "histogram" || type === "summary";

/** Each gives a problem, or nothing. */
const RULES = [
  ({ help }) => !help && "no help text",
  ({ name }) => {
    const found = foreignUnit(name);
    return found && `use base unit "${found.base}" instead of "${found.word}"`;
  },
  ({ name, type }) =>
    type === "counter" && !name.endsWith("_total") && 'counter metrics should have "_total" suffix',
  ({ name, type }) =>
    !["counter", "unknown"].includes(type) &&
    name.endsWith("_total") &&
    'non-counter metrics should not have "_total" suffix',
  (family) =>
    !isHistogram(family) &&
    family.name.endsWith("_bucket") &&
    'non-histogram metrics should not have "_bucket" suffix',
  ...["_count", "_sum"].map(
    (suffix) => (family) =>
      !hasCounts(family) &&
      family.name.endsWith(suffix) &&
      `non-histogram and non-summary metrics should not have "${suffix}" suffix`,
  ),
  ({ labels }) => labels.includes("le") && 'non-histogram metrics should not have "le" label',
  ({ labels }) => labels.includes("quantile") && 'non-summary metrics should not have "quantile" label',
  ({ name }) => {
    const word = TYPE_WORDS.find((type) => holds(name.toLowerCase(), type));
    return word !== undefined && `metric name should not include type '${word}'`;
  },
  ({ name }) => name.includes(":") && "metric names should not contain ':'",
  ({ name }) => /[a-z][A-Z]/.test(name) && "metric names should be written in 'snake_case' not 'camelCase'",
  ({ labels }) =>
    labels.some((label) => /[a-z][A-Z]/.test(label)) &&
    "label names should be written in 'snake_case' not 'camelCase'",
  ({ name }) =>
    ABBREVIATIONS.some((unit) => holds(name.toLowerCase(), unit)) &&
    "metric names should not contain abbreviated units",
];

/** As promtool writes it: one line "name problem" a finding. */
export function lint(families) {
  return families.flatMap((family) =>
    RULES.flatMap((rule) => rule(family) || []).map((problem) => `${family.name} ${problem}`),
  );
}

const SHOWN_AS = { nativeHistogram: "histogram", info: "gauge", stateset: "gauge" };

/** A catalog's metric as a family. */
export function familyOf({ name, type, help, labels }) {
  return { name, type: SHOWN_AS[type] ?? type, help, labels: Object.keys(labels) };
}
