/** One choice of a header such as Accept: what it names, its parameters, and how much it is wanted (0 to 1). */
export interface Preference {
  /** In lower case. */
  name: string;
  parameters: ReadonlyMap<string, string>;
  quality: number;
}

/** Prometheus sends 400 characters; what is longer was made to cost time. */
const LONGEST_HEADER = 2048;

function parameterOf(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 0) return [text.trim().toLowerCase(), ""];
  const value = text.slice(at + 1).trim();
  return [text.slice(0, at).trim().toLowerCase(), value.replace(/^"(.*)"$/, "$1")];
}

function preferenceOf(text: string): Preference {
  const [name, ...rest] = text.split(";");
  const parameters = new Map(rest.map(parameterOf));
  const quality = parameters.get("q") ?? "1";
  return { name: name!.trim().toLowerCase(), parameters, quality: quality === "" ? NaN : Number(quality) };
}

/** The choices of a header in the order of their quality, alike ones as written; malformed ones are left out. */
export function preferencesOf(header: string | undefined): Preference[] {
  if (header === undefined || header.length > LONGEST_HEADER) return [];
  const preferences = header.split(",").map(preferenceOf);
  const valid = preferences.filter(({ name, quality }) => name !== "" && quality >= 0 && quality <= 1);
  return valid.sort((a, b) => b.quality - a.quality);
}
