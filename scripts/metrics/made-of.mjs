import { code } from "./markdown.mjs";

/** What operators say, as numbers that can be found again in a view's scales. */
export const PLACEHOLDERS = {
  version: "the version",
  commit: "the commit",
  node: "--node-id",
  environment: "--environment",
  cluster: "--cluster",
  readingSpeed: 5.5,
  prices: { input: 7, output: 11, gpuHour: 13, carbonIntensity: 17 },
};

const SCALE_NAMES = [
  [7 / 1000, "`--price-input` / 1000"],
  [11 / 1000, "`--price-output` / 1000"],
  [13 / 3600, "`--price-gpu-hour` / 3600"],
  [17 / 3.6e6, "`--carbon-intensity` / 3.6e6"],
  [5.5, "`--reading-speed`"],
  [1 / 3600, "1/3600"],
  [2 ** -20, "2^-20"],
  [1000 / 3.6e6, "1000 / 3.6e6"],
];
const MOST_SOURCES = 7;
const MOST_VALUES = 4;

const listOf = (one) => (Array.isArray(one) ? one : [one]);
const isNear = (a, b) => Math.abs(a - b) <= 1e-12 * Math.abs(b);

function scaleText(scale = 1) {
  if (scale === 1) return "";
  if (scale === -1) return "-";
  const named = SCALE_NAMES.find(([number]) => isNear(number, scale))?.[1];
  return `${named ?? Number(scale.toPrecision(6))} × `;
}

function valuesText(values) {
  const all = listOf(values);
  return all.length > MOST_VALUES ? `${all[0]}|… ${all.length - 1} more` : all.join("|");
}

function whereText({ where = {}, atMost }) {
  const conditions = Object.entries(where).map(
    ([label, values]) => `${label}${listOf(values).length > 1 ? "=~" : "="}"${valuesText(values)}"`,
  );
  if (atMost !== undefined) conditions.push(`le="${atMost}"`);
  return conditions.length > 0 ? `{${conditions.join(",")}}` : "";
}

function sourceText(source) {
  const part =
    source.atMost !== undefined ? "_bucket" : ({ sum: "_sum", count: "_count" }[source.take] ?? "");
  return `${scaleText(source.scale)}${code(`${source.metric}${part}${whereText(source)}`)}`;
}

/** Labels that have one text in all of this source's series. */
function textsOf({ labels = {} }, varying) {
  return Object.entries(labels)
    .filter(([name, label]) => "value" in label && varying.has(name))
    .map(([name, { value }]) => `${name}="${value}"`);
}

/** Labels whose texts tell the sources of one view apart. */
function varyingLabels(sources) {
  const seen = new Map();
  for (const { labels = {} } of sources)
    for (const [name, label] of Object.entries(labels))
      if ("value" in label) seen.set(name, (seen.get(name) ?? new Set()).add(label.value));
  return new Set([...seen].filter(([, values]) => values.size > 1).map(([name]) => name));
}

function sumText(sources) {
  const varying = varyingLabels(sources);
  const shown = sources.slice(0, MOST_SOURCES).map((source) => {
    const texts = textsOf(source, varying);
    return texts.length > 0 ? `${code(texts.join(","))} of ${sourceText(source)}` : sourceText(source);
  });
  const rest = sources.length - shown.length;
  if (rest > 0) shown.push(`${rest} more like it`);
  return shown.join(varying.size > 0 ? "; " : " + ").replaceAll("+ -", "- ");
}

function factorText(factor) {
  const sources = listOf(factor);
  return sources.length > 1 ? `(${sumText(sources)})` : sourceText(sources[0]);
}

/** Without labels of its own a factor counts for all series. */
function countsForAll(factor) {
  return listOf(factor).every(({ labels }) => labels && Object.keys(labels).length === 0);
}

/** @param isLabelled Whether the series that it makes have labels. */
function productText(factors, isLabelled) {
  return factors
    .map((factor) => `${factorText(factor)}${isLabelled && countsForAll(factor) ? " of all" : ""}`)
    .join(" × ");
}

function derivedText({ derive, over }) {
  const window = over > 0 ? `, over ${over} s` : "";
  if ("quantile" in derive) return `quantile ${derive.quantile} of ${factorText(derive.of)}${window}`;
  const { times, per = [], perSecond, scale } = derive;
  const isLabelled = !countsForAll(times[0]);
  const divisor = productText(per, isLabelled);
  const divided = per.length > 0 ? ` / ${per.length > 1 ? `(${divisor})` : divisor}` : "";
  return `${scaleText(scale)}${productText(times, isLabelled)}${divided}${perSecond ? " a second" : ""}${window}`;
}

/** What a view is computed from, for people. */
export function madeOf(view) {
  if (!("derive" in view)) return sumText(listOf(view.from));
  const values = [view, ...(view.more ?? [])];
  const shown = values.slice(0, 2).map(derivedText);
  if (values.length > 2) shown.push(`${values.length - 2} more like it`);
  return shown.join("; plus ");
}

const factorsOf = ({ derive }) => ("quantile" in derive ? [derive.of] : derive.times);

/** A view's labels: where each comes from, unless it is a label of the same name. */
export function labelsText(view) {
  const sources = listOf("derive" in view ? factorsOf(view)[0] : view.from);
  const varying = varyingLabels(sources);
  const { labels } = sources[0];
  if (labels === undefined) return "those of its source";
  return Object.entries(labels)
    .map(([name, label]) => {
      if ("from" in label) return label.from === name ? code(name) : `${code(name)} (${code(label.from)})`;
      return varying.has(name) ? code(name) : `${code(name)} (${label.value})`;
    })
    .join(", ");
}
