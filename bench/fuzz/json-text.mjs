// JSON as no honest client writes it.

/** Stands in a value for text that is written as it is: numbers that overflow, members given twice. */
export class Raw {
  constructor(text) {
    this.text = text;
  }
}

export function jsonText(value) {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value === "object" && value !== null) return `{${membersText(Object.entries(value))}}`;
  return JSON.stringify(value) ?? "null";
}

export function membersText(entries) {
  return entries.map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(",");
}
