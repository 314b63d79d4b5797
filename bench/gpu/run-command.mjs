// One command of a slice, in a process group of its own, within a time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";

/** Names the run in the environment of all its processes. */
const MARK = "TACHO_GPU_SLICE";

/** Whether the group is still there; a group that is gone is none to end. */
function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch {
    return []; // It ended meanwhile, or is another user's.
  }
}

/** Ends what a killed run of this mark left: it would hold the GPU's memory while the slice is done again. */
export function endLeftovers(mark) {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const left = pids.filter((pid) => environmentOf(pid).includes(`${MARK}=${mark}`));
  for (const pid of left) process.kill(Number(pid), "SIGKILL");
  return left.length;
}

/**
 * Runs node with `args`; what it says goes to the file `log`. Resolves with its exit code, or with null where `seconds` were
 * not enough: then the whole group was ended.
 */
export async function runCommand({ args, cwd, environment, mark, log, seconds }) {
  const output = openSync(log, "a");
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...environment, [MARK]: mark },
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child.pid);
  }, seconds * 1000);
  const stop = () => endGroup(child.pid);
  process.once("exit", stop);
  const [code] = await once(child, "exit");
  clearTimeout(timer);
  process.off("exit", stop);
  endGroup(child.pid);
  return isLate ? null : (code ?? 1);
}
