import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** What is said in one line, without a stack. */
export class WrongRun extends Error {}

export const deployFolder = fileURLToPath(new URL("../deploy/", import.meta.url));

const READY_MS = 60_000;
const POLL_MS = 50;

/** Where a run's record, configuration, data and log are. */
export function stateFolder() {
  const state = process.env.XDG_STATE_HOME || join(homedir(), ".local", "state");
  const folder = join(state, "tacho", "monitoring");
  mkdirSync(folder, { recursive: true });
  return folder;
}

const recordPath = () => join(stateFolder(), "run.json");

export function rememberRun(run) {
  writeFileSync(recordPath(), JSON.stringify(run));
}

export function forgetRun() {
  rmSync(recordPath(), { force: true });
}

/** The run of an earlier `up`; null when there is none, or it has ended by itself. */
export function readRun() {
  let run;
  try {
    run = JSON.parse(readFileSync(recordPath(), "utf8"));
  } catch {
    return null;
  }
  if (run.pid === undefined || isAlive(run)) return run;
  forgetRun();
  return null;
}

/** State and start of a process in clock ticks since the machine's; null when there is none of that id. */
function statOf(pid) {
  try {
    // The name, in parentheses, may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { state: fields[0], start: fields[19] };
  } catch {
    return null;
  }
}

export function startOf(pid) {
  return statOf(pid)?.start;
}

/** Its id may be another process's by now, which started at another time; a zombie has ended. */
export function isAlive({ pid, start }) {
  const stat = statOf(pid);
  return stat !== null && stat.start === start && stat.state !== "Z";
}

export function isPortFree(port) {
  return new Promise((resolve) => {
    const listener = createServer();
    listener.once("error", () => resolve(false));
    listener.listen(port, "127.0.0.1", () => listener.close(() => resolve(true)));
  });
}

export async function untilReady(run) {
  const deadline = performance.now() + READY_MS;
  while (!(await isReady(run.port))) {
    if (run.pid !== undefined && !isAlive(run))
      throw new WrongRun(`Expected Prometheus to start, but it ended. It said:\n${lastLines(run.log)}`);
    if (performance.now() > deadline)
      throw new WrongRun(`Expected Prometheus to be ready within ${READY_MS / 1000} s, but it is not.`);
    await delay(POLL_MS);
  }
}

async function isReady(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}

function lastLines(file) {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n");
}
