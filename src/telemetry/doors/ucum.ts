/** Prometheus' words for units, and OpenTelemetry's abbreviations of them (UCUM). */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  days: "d",
  hours: "h",
  minutes: "min",
  seconds: "s",
  milliseconds: "ms",
  microseconds: "us",
  nanoseconds: "ns",
  bytes: "By",
  kibibytes: "KiBy",
  mebibytes: "MiBy",
  gibibytes: "GiBy",
  kilobytes: "kBy",
  megabytes: "MBy",
  gigabytes: "GBy",
  bits: "bit",
  meters: "m",
  grams: "g",
  joules: "J",
  watts: "W",
  volts: "V",
  amperes: "A",
  celsius: "Cel",
  hertz: "Hz",
  megahertz: "MHz",
  percent: "%",
  ratio: "1",
};

/** A rate's denominator is in the singular: `bytes_per_second`. */
function abbreviate(word: string): string {
  return ABBREVIATIONS[word] ?? ABBREVIATIONS[`${word}s`] ?? `{${word}}`;
}

/** The unit in UCUM: what it has no word for, such as tokens, becomes an annotation. */
export function ucumOf(unit: string): string {
  return unit === "" ? "" : unit.split("_per_").map(abbreviate).join("/");
}
