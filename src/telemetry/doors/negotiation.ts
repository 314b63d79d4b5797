import { preferencesOf, type Preference } from "./quality-list.js";
import type { Format } from "../telemetry.js";

/** Prometheus 3 fails a scrape whose type is missing or unknown to it. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  protobuf: "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
};

interface MediaRange {
  name: string;
  /** Values that a parameter may have; undefined where it may be absent. Others, such as charset, tell nothing. */
  parameters: Readonly<Record<string, readonly (string | undefined)[]>>;
  /** What satisfies the range, best first. */
  formats: readonly Format[];
}

/**
 * What is understood of `Accept`. Two versions need a word: text 1.0.0 differs from 0.0.4 in names that we never
 * write, and its readers must take 0.0.4. OpenMetrics 0.0.1 was a draft: whoever knows no later one gets text.
 */
const RANGES: readonly MediaRange[] = [
  {
    name: "application/vnd.google.protobuf",
    parameters: { proto: ["io.prometheus.client.MetricFamily"], encoding: ["delimited"] },
    formats: ["protobuf"],
  },
  {
    name: "application/openmetrics-text",
    parameters: { version: [undefined, "1.0.0"] },
    formats: ["openmetrics"],
  },
  { name: "text/plain", parameters: { version: [undefined, "0.0.4", "1.0.0"] }, formats: ["text"] },
  { name: "text/*", parameters: {}, formats: ["text"] },
  { name: "*/*", parameters: {}, formats: ["text", "openmetrics", "protobuf"] },
];

function satisfying({ name, parameters }: Preference): readonly Format[] {
  const range = RANGES.find(
    (known) =>
      known.name === name &&
      Object.entries(known.parameters).every(([key, values]) => values.includes(parameters.get(key))),
  );
  return range?.formats ?? [];
}

/** The format that a scraper's `Accept` wants most; text for one that is absent, malformed or asks for none of ours. */
export function negotiateFormat(accept: string | undefined): Format {
  const wanted: Format[] = [];
  const refused = new Set<Format>();
  for (const preference of preferencesOf(accept)) {
    const formats = satisfying(preference);
    if (preference.quality > 0) wanted.push(...formats);
    else if (formats.length === 1) refused.add(formats[0]!);
  }
  return wanted.find((format) => !refused.has(format)) ?? "text";
}

const GZIP_NAMES = ["gzip", "x-gzip"];

/** Whether an `Accept-Encoding` allows gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const preferences = preferencesOf(acceptEncoding);
  const named = preferences.find(({ name }) => GZIP_NAMES.includes(name));
  const chosen = named ?? preferences.find(({ name }) => name === "*");
  return chosen !== undefined && chosen.quality > 0;
}
