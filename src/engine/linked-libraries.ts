import { spawnSync } from "node:child_process";

/** A shared library that a file is linked with, itself or by way of another one. */
export interface LinkedLibrary {
  name: string;
  isFound: boolean;
}

const PATIENCE_MS = 10_000;

/**
 * What the dynamic linker loads with a file, looked for as it does: also along run paths, where the libraries of a
 * toolkit lie that ldconfig knows nothing of. Runs none of it. Empty for what is no library; null where
 * ldd is not there, or does not answer.
 */
export function linkedLibraries(file: string, patienceMs = PATIENCE_MS): LinkedLibrary[] | null {
  const options = { encoding: "utf8", timeout: patienceMs, killSignal: "SIGKILL" } as const;
  const { stdout, error, signal } = spawnSync("ldd", [file], options);
  if (error || signal !== null) return null;
  const lines = stdout.matchAll(/^\t(\S+) => (.+)$/gm);
  return Array.from(lines, ([, name, place]) => ({ name: name!, isFound: place !== "not found" }));
}
