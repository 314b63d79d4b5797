// Instructions that processes execute outside the kernel. Few virtual machines have the counter.
import { spawnSync } from "node:child_process";
import { perfDuring } from "./perf-control.mjs";

const COUNT = ["-x", ",", "-e", "instructions:u"];

/** Of what `perf stat -x ,` prints; null when the processor cannot be asked. */
export function instructionsIn(words) {
  const found = /^(\d+),[^,]*,instructions/m.exec(words);
  return found === null ? null : Number(found[1]);
}

function canCount() {
  const { stderr } = spawnSync("perf", ["stat", ...COUNT, "true"], { encoding: "utf8" });
  return instructionsIn(stderr ?? "") !== null;
}

/** The result of `work`, and the instructions meanwhile; null, without any work, where they cannot be counted. */
export async function instructionsDuring(pids, work) {
  if (!canCount()) return null;
  const { result, words } = await perfDuring("stat", COUNT, pids, work);
  return { result, instructions: instructionsIn(words()) };
}
