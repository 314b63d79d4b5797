import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * Puts the file or the contents of the folder `source` at `target`, as hard links: thousands of files in half a
 * second. They are still the source's, so nothing may write into them; `detach` makes one a file of its own.
 */
export function linkTo(source, target) {
  mkdirSync(dirname(target), { recursive: true });
  const kind = lstatSync(source);
  if (kind.isSymbolicLink()) return symlinkSync(readlinkSync(source), target);
  if (kind.isDirectory()) mkdirSync(target, { recursive: true });
  const from = kind.isDirectory() ? `${source}/.` : source;
  const { status, stderr } = spawnSync("cp", ["-al", "--force", from, target], { encoding: "utf8" });
  if (status !== 0) throw new Error(`cp -al ${from} ${target}: ${stderr}`);
}

/** Breaks a file's hard links, so that what is written into it is seen nowhere else. */
export function detach(file) {
  if (!existsSync(file)) return;
  const content = readFileSync(file);
  rmSync(file);
  writeFileSync(file, content);
}
