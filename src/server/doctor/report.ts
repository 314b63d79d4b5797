import { VERSION } from "../package-info.js";
import type { Checked } from "./checks.js";
import type { Finding, Status } from "./finding.js";

interface Mark {
  word: string;
  /** SGR parameter. */
  colour: number;
}

const MARKS: Record<Status, Mark> = {
  ok: { word: "ok", colour: 32 },
  warning: { word: "warning", colour: 33 },
  failure: { word: "FAILURE", colour: 31 },
  "not-applicable": { word: "-", colour: 2 },
};

const MARK_WIDTH = 9;
const LEAST_WIDTH = 40;

export interface TextForm {
  colours: boolean;
  /** Columns of the screen; longer lines are wrapped. */
  width: number;
}

/** Whether nothing failed. */
export function isFine(checked: readonly Checked[]): boolean {
  return checked.every(({ finding }) => finding.status !== "failure");
}

/** For people: a row a check, its remedy below it, and the verdict. */
export function reportText(checked: readonly Checked[], verdict: string, form: TextForm): string {
  const titleWidth = Math.max(...checked.map(({ check }) => check.title.length)) + 2;
  const indent = " ".repeat(MARK_WIDTH + titleWidth);
  const width = Math.max(LEAST_WIDTH, form.width - indent.length);
  const rows = checked.flatMap(({ check, finding }) => {
    const head = mark(finding.status, form.colours) + check.title.padEnd(titleWidth);
    return linesOf(finding, width).map((line, i) => (i === 0 ? head : indent) + line);
  });
  return [`tacho ${VERSION}`, "", ...rows, "", verdict, ""].join("\n");
}

function mark(status: Status, colours: boolean): string {
  const { word, colour } = MARKS[status];
  const padded = word.padEnd(MARK_WIDTH);
  return colours ? `\x1b[${colour}m${padded}\x1b[0m` : padded;
}

function linesOf(finding: Finding, width: number): string[] {
  const remedy = "remedy" in finding ? wrapped(`→ ${finding.remedy}`, width) : [];
  return [...wrapped(finding.found, width), ...remedy];
}

/** Broken between words; a longer word has a line to itself. */
function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)!} ${word}`.trimStart();
    if (longer.length <= width || lines.at(-1) === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** For programs; docs/doctor.md tells its fields. */
export function reportJson(checked: readonly Checked[]): string {
  const checks = checked.map(({ check: { id }, finding }) => ({ id, ...finding }));
  return `${JSON.stringify({ version: VERSION, ok: isFine(checked), checks }, null, 2)}\n`;
}
