import { check } from "./violation.mjs";

/** Values by their lines' beginnings, e.g. `own_total{writer="told"}`; gauges apart, as they may go down. */
export function parse(text) {
  const samples = new Map();
  const gauges = new Map();
  let into = samples;
  for (let at = 0, end; at < text.length; at = end + 1) {
    end = text.indexOf("\n", at);
    if (text[at] === "#") {
      if (text[at + 2] === "T") into = text.endsWith(" gauge", end) ? gauges : samples;
      continue;
    }
    const space = text.lastIndexOf(" ", end);
    into.set(text.slice(at, space), Number(text.slice(space + 1, end)));
  }
  return { samples, gauges };
}

const INFINITY_BUCKET = /^(.*)_bucket\{(.*,)?le="\+Inf"\}$/;

/** The line of the count that belongs to a histogram's last bucket; undefined for other lines. */
const countLines = new Map();
function countLineOf(line) {
  if (!countLines.has(line)) {
    const [, name, labels] = INFINITY_BUCKET.exec(line) ?? [];
    const shown = labels ? `{${labels.slice(0, -1)}}` : "";
    countLines.set(line, name === undefined ? undefined : `${name}_count${shown}`);
  }
  return countLines.get(line);
}

/** Looks at scrapes that follow each other: nothing ever goes back, and a histogram's parts agree. */
export class Watcher {
  before = new Map();
  scrapes = 0;

  /** @returns the scrape's samples */
  look(text) {
    const { samples } = parse(text);
    for (const [line, value] of samples) {
      check(value >= (this.before.get(line) ?? 0), `${line} went from ${this.before.get(line)} to ${value}.`);
      const count = countLineOf(line);
      if (count !== undefined)
        check(samples.get(count) === value, `${line} is ${value} and ${count} is ${samples.get(count)}.`);
    }
    for (const line of this.before.keys()) check(samples.has(line), `${line} vanished.`);
    this.before = samples;
    this.scrapes++;
    return samples;
  }
}
