import { spawn } from "node:child_process";
import { accessSync, constants, cpSync, openSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { deployFolder, isAlive, startOf, stateFolder } from "./monitoring-run.mjs";

/** Prometheus writes what it holds in memory first. */
const END_MS = 30_000;
const POLL_MS = 20;

export function findPrometheus() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "prometheus")).find(isProgram) ?? null;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it so that it outlives this process; what it says goes to a file. */
export function startProcess(target, port) {
  const folder = stateFolder();
  const log = join(folder, "prometheus.log");
  const output = openSync(log, "w");
  const child = spawn(findPrometheus(), flagsOf(configure(folder, target), folder, port), {
    detached: true,
    stdio: ["ignore", output, output],
  });
  child.unref();
  return { pid: child.pid, start: startOf(child.pid), log };
}

/** A copy of our configuration whose targets are these. */
function configure(folder, target) {
  const copy = join(folder, "configuration");
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(deployFolder, "prometheus"), copy, { recursive: true });
  writeFileSync(join(copy, "targets.yml"), JSON.stringify([{ targets: [target] }]));
  return join(copy, "prometheus.yml");
}

function flagsOf(configuration, folder, port) {
  return [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
}

export async function endProcess(run) {
  const deadline = performance.now() + END_MS;
  signal(run, "SIGTERM");
  while (isAlive(run)) {
    if (performance.now() > deadline) signal(run, "SIGKILL");
    await delay(POLL_MS);
  }
}

function signal(run, name) {
  if (isAlive(run)) process.kill(run.pid, name);
}
