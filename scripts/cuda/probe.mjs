import { spawnSync } from "node:child_process";

/** nvidia-smi takes seconds where a driver is being loaded; what takes longer never answers. */
const PATIENCE_MS = 30_000;

/**
 * What a program says: its output, or why there is none, worded to follow its name.
 * @returns {{ output: string } | { missing: true, what: string } | { missing: false, what: string }}
 */
export function probe(program, args, patienceMs = PATIENCE_MS) {
  const options = { encoding: "utf8", timeout: patienceMs, killSignal: "SIGKILL" };
  const { status, stdout, stderr, error, signal } = spawnSync(program, args, options);
  if (error?.code === "ENOENT") return { missing: true, what: "was not found" };
  if (error?.code === "ETIMEDOUT")
    return { missing: false, what: `did not answer within ${patienceMs / 1000} s` };
  if (error) return { missing: false, what: `could not be run (${error.message})` };
  if (status === 0) return { output: stdout };
  const said = (stderr.trim() || stdout.trim()).split("\n", 1)[0];
  const how = signal ? `was ended by ${signal}` : `exited with code ${status}`;
  return { missing: false, what: said ? `${how}: ${said}` : how };
}
