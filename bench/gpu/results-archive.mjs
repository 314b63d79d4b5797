// All results as one file, whole at every moment: a machine may be taken away at any.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

export const ARCHIVE = "results.tar.gz";
/** Not `raw`, nor what a dry run compiles; with the state another machine goes on from it. */
const HELD = /^(gpu-.*\.json|state\.json|logs)$/;

/** What is in `out`, as `archive`. Throws where tar fails; the last archive stays then. */
export function archiveResults(out, archive = path.join(out, ARCHIVE)) {
  const names = existsSync(out) ? readdirSync(out).filter((name) => HELD.test(name)) : [];
  if (names.length === 0) return;
  const part = `${archive}.part`;
  const args = ["--create", "--gzip", `--file=${part}`, "--sort=name", `--directory=${out}`, ...names];
  const { status, stderr, error } = spawnSync("tar", args, { encoding: "utf8" });
  // 1: a log grew meanwhile, of a process that outlived its slice.
  if (status === 0 || status === 1) return renameSync(part, archive);
  rmSync(part, { recursive: true, force: true });
  throw new Error(`Expected tar to write ${ARCHIVE} but received: ${error?.message ?? stderr.trim()}`);
}
