// What is done of a run: a file that is whole at every moment, so that a machine may be taken away at any.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isMade } from "./products.mjs";

/**
 * Slices by name: {state, startedAt, seconds?, reason?}. A state is "running" (of one that was killed, for ever), "done",
 * "failed", "unfinished" (out of time: it goes on from where it was) or "skipped".
 */
export function readState(file) {
  if (!existsSync(file)) return {};
  return JSON.parse(readFileSync(file, "utf8")).slices;
}

/** Notes it of one slice, beside what the others have. */
export function note(file, name, what) {
  const slices = { ...readState(file), [name]: what };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, `${JSON.stringify({ slices }, null, 2)}\n`);
  renameSync(`${file}.part`, file);
}

/** What is still to be done: all but what is done, failed or was skipped. */
export function pending(slices, state) {
  const settled = ["done", "failed", "skipped"];
  return slices.filter(({ name }) => !settled.includes(state[name]?.state));
}

/** The state on this machine: what was done on another is "gone" where its products lie outside the state's folder. */
export function stateHere(state, slices) {
  const gone = slices.filter((slice) => state[slice.name]?.state === "done" && !isMade(slice));
  return { ...state, ...Object.fromEntries(gone.map(({ name }) => [name, { state: "gone" }])) };
}

/** Why a slice cannot run now, or null. */
export function missingNeeds({ needs }, state) {
  const missing = needs.filter((name) => state[name]?.state !== "done");
  return missing.length === 0 ? null : `needs ${missing.join(" and ")} first`;
}
