import { openSync, readFileSync, readSync, closeSync } from "node:fs";
import { hasEnded, segmentFiles } from "./segment-path.js";

/** What every segment begins with. */
const MAGIC = "TACHOSEG";

export interface FoundSegment {
  path: string;
  /** The process that made it. */
  pid: number;
  /** False where that has ended: the file is what it left. */
  isAlive: boolean;
}

/** The segments under `newSegmentPath`'s names on this machine, as far as this user may read their folder. */
export function findSegments(): FoundSegment[] {
  return segmentFiles().map(({ path, pid }) => ({ path, pid, isAlive: !hasEnded(pid) }));
}

/** The segments that a process made, dead or alive, or has mapped; the latter under Linux alone. */
export function segmentsOf(pid: number): string[] {
  const made = segmentFiles().filter((segment) => segment.pid === pid);
  return [...new Set([...made.map(({ path }) => path), ...mappedFiles(pid).filter(isSegment)])];
}

/** Lines of /proc/PID/maps end in the file's path where there is one. */
function mappedFiles(pid: number): string[] {
  try {
    const lines = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n");
    return [
      ...new Set(lines.map((line) => /rw-s .* (\/.*)$/.exec(line)?.[1]).filter((path) => path !== undefined)),
    ];
  } catch {
    return [];
  }
}

function isSegment(path: string): boolean {
  try {
    const file = openSync(path, "r");
    const start = Buffer.alloc(MAGIC.length);
    readSync(file, start, 0, start.length, 0);
    closeSync(file);
    return start.toString("latin1") === MAGIC;
  } catch {
    return false;
  }
}
