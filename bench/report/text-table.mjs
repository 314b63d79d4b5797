// Figures as a person reads them.

/** At most so many digits, more only before the point. */
export function short(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(digits)));
}

/** A median with its least and greatest round, such as "1.02 (0.99–1.05)". */
export function shortSpread(figure, digits = 3) {
  if (figure === null || figure === undefined) return "–";
  const [median, least, most] = [figure.median, figure.least, figure.most].map((one) => short(one, digits));
  return `${median} (${least}–${most})`;
}

/** Markdown; all columns but the first are numbers. */
export function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** The same for a terminal, in columns. */
export function terminalTable(head, rows) {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => String(row[i]).length)));
  const cell = (text, i) => (i === 0 ? String(text).padEnd(widths[i]) : String(text).padStart(widths[i]));
  return [head, ...rows].map((row) => row.map(cell).join("  ")).join("\n");
}
