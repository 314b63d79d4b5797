import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "build/stamps";

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).sort();
  return names.flatMap((name) => filesUnder(join(path, name)));
}

/** A hash of the names and contents of all files that a phase reads. */
export function hashFiles(paths) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap(filesUnder))
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

/** What the last success of a phase was made from: `{ inputs, tools }`, or null. */
export function readStamp(phase) {
  try {
    return JSON.parse(readFileSync(join(FOLDER, `${phase}.json`), "utf8"));
  } catch {
    return null; // Absent or cut short by a crash: both mean "build again".
  }
}

export function writeStamp(phase, stamp) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${phase}.json`), JSON.stringify(stamp));
}
