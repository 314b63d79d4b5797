/** A text as one cell of a table. */
export const cell = (text) => String(text).replaceAll("|", "\\|").replaceAll("\n", " ");

export const code = (text) => `\`${text}\``;

export function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
