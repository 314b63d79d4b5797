/** One sample: its name, its labels in the order written, and its value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Family {
  type: string;
  help: string;
  samples: Sample[];
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/y;
const VALUE = /^(?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;
const ESCAPES: Record<string, string> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };
/** What the samples of a type have after the family's name. */
const SUFFIXES: Record<string, RegExp> = { histogram: /_(?:bucket|sum|count)$/, summary: /_(?:sum|count)$/ };
const NO_SUFFIX = /$^/;

function match(pattern: RegExp, line: string, at: number): RegExpExecArray {
  pattern.lastIndex = at;
  const found = pattern.exec(line);
  if (!found) throw new Error(`Unexpected text at column ${at} of: ${line}`);
  return found;
}

function parseValue(text: string, line: string): number {
  if (!VALUE.test(text)) throw new Error(`Expected a value at the end of: ${line}`);
  return Number(text.replace("Inf", "Infinity"));
}

function parseSample(line: string): Sample {
  const name = match(NAME, line, 0)[0];
  const labels: Record<string, string> = {};
  let at = name.length;
  if (line[at] === "{")
    do {
      const [text, label, value] = match(LABEL, line, at + 1);
      if (label! in labels) throw new Error(`Label ${label!} twice in: ${line}`);
      labels[label!] = value!.replace(/\\[\\"n]/g, (escape) => ESCAPES[escape]!);
      at += 1 + text.length;
    } while (line[at] === ",");
  if (line[at] === "}") at++;
  if (line[at] !== " ") throw new Error(`Expected a space at column ${at} of: ${line}`);
  return { name, labels, value: parseValue(line.slice(at + 1), line) };
}

function seriesKey({ name, labels }: Sample): string {
  return JSON.stringify([name, Object.entries(labels).sort()]);
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const labels = Object.entries(sample.labels).filter(([label]) => label !== "le");
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [labels, lines] of series) {
    const of = (suffix: string) => lines.filter((line) => line.name === name + suffix);
    const buckets = of("_bucket").map(({ labels, value }) => ({
      le: parseValue(labels["le"]!, name),
      value,
    }));
    const rises = buckets.every(({ le, value }, i) => {
      const before = buckets[i - 1];
      return before === undefined || (le > before.le && value >= before.value);
    });
    const last = buckets.at(-1);
    if (!rises || last?.le !== Infinity) throw new Error(`Buckets of ${name} ${labels} do not rise to +Inf`);
    if (of("_sum").length !== 1 || of("_count").length !== 1 || of("_count")[0]!.value !== last.value)
      throw new Error(`Sum or count of ${name} ${labels} is missing or wrong`);
  }
}

/** Parses the text format 0.0.4, refusing whatever Prometheus or a stricter scraper would refuse. */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("Expected a line feed at the end");
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current: [name: string, family: Family] | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const [, keyword, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === "HELP") {
      if (families.has(name!)) throw new Error(`Family ${name!} twice`);
      current = [name!, { type: "", help: rest!, samples: [] }];
      families.set(...current);
    } else if (keyword === "TYPE") {
      if (current?.[0] !== name || current?.[1].type !== "") throw new Error(`Unexpected ${line}`);
      current[1].type = rest!;
    } else {
      const sample = parseSample(line);
      const [family, { type, samples }]: [string | undefined, Family] = current ?? [
        undefined,
        { type: "", help: "", samples: [] },
      ];
      const base = sample.name.replace(SUFFIXES[type] ?? NO_SUFFIX, "");
      if (base !== family || type === "") throw new Error(`Sample outside its family: ${line}`);
      const key = seriesKey(sample);
      if (seen.has(key)) throw new Error(`Series twice: ${line}`);
      seen.add(key);
      samples.push(sample);
    }
  }
  for (const [name, { type, samples }] of families) if (type === "histogram") checkHistogram(name, samples);
  return families;
}
