import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Holds the last lines, however long a compiler's command is. */
const TAIL_BYTES = 16_384;

/** Of make, "[ 42%]", or of Ninja, "[10/12]". */
const SHARE = /^\[ *(?:(\d+)%|(\d+)\/(\d+))\]/gm;

function tailOf(file) {
  const log = openSync(file, "r");
  try {
    const start = Math.max(0, fstatSync(log).size - TAIL_BYTES);
    const bytes = Buffer.alloc(TAIL_BYTES);
    return bytes.toString("latin1", 0, readSync(log, bytes, 0, TAIL_BYTES, start));
  } finally {
    closeSync(log);
  }
}

/** How far a build is whose log this is, as "42 %"; "" before its first word of that. */
export function buildProgress(logFile) {
  try {
    const last = Array.from(tailOf(logFile).matchAll(SHARE)).at(-1);
    if (last === undefined) return "";
    const [, percent, done, all] = last;
    return `${percent ?? Math.floor((100 * done) / all)} %`;
  } catch {
    return ""; // The log is yet to come.
  }
}
