/**
 * One instruction of a Dockerfile.
 * @typedef {object} Instruction
 * @property {string} name in capitals
 * @property {number} line of its first line, from 1
 * @property {[string, string][]} flags "--from=build" as ["from", "build"]
 * @property {string} text what follows name and flags, on one line
 * @property {string} body the same with its lines, numbered as in the file from `line` on
 * @property {string[] | null} words of the exec form, ["node", "main.js"]; null where it is not one
 */

const isComment = (line) => /^\s*#/.test(line);
const goesOn = (line) => /\\\s*$/.test(line);

/** The lines of each instruction: comments and empty lines inside one are no end of it. */
function* logicalLines(text) {
  let lines = [];
  let start = 0;
  for (const [index, line] of text.split("\n").entries()) {
    if (lines.length === 0 && (isComment(line) || line.trim() === "")) continue;
    if (lines.length === 0) start = index + 1;
    // A line that says nothing, so that those after it keep their numbers.
    lines.push(isComment(line) || line.trim() === "" ? "\\" : line.trimEnd());
    if (goesOn(lines.at(-1))) continue;
    yield { lines, start };
    lines = [];
  }
  if (lines.length > 0) yield { lines, start };
}

function execWords(text) {
  if (!text.startsWith("[")) return null;
  try {
    const words = JSON.parse(text);
    return words.every((word) => typeof word === "string") ? words : null;
  } catch {
    return null; // Docker takes it for the shell form then, and so do we.
  }
}

const FLAG = /^\s*--([a-z-]+)(?:=(\S*))?(?=\s|$)/;
const CONTINUATION = /\\\n/g;

function takeFlags(body) {
  const flags = [];
  for (let found = FLAG.exec(body); found; found = FLAG.exec(body)) {
    flags.push([found[1], found[2] ?? ""]);
    // Its line breaks stay, for the lines' numbers.
    body = body.slice(found[0].length).replace(/^\s*\\\n/, "\\\n");
  }
  return { flags, body };
}

function instructionOf({ lines, start }) {
  const [, name, rest] = /^\s*(\S+)([^]*)$/.exec(lines.join("\n"));
  const { flags, body } = takeFlags(rest);
  const text = body.replaceAll(CONTINUATION, " ").trim();
  return { name: name.toUpperCase(), line: start, flags, text, body, words: execWords(text) };
}

/** @returns {Instruction[]} */
export function parseInstructions(text) {
  return Array.from(logicalLines(text), instructionOf);
}

/** The value of a flag, undefined without it. */
export function flagOf({ flags }, wanted) {
  return flags.find(([name]) => name === wanted)?.[1];
}
