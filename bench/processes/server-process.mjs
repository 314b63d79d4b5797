// A server as a process of its own, as users run it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import { setTimeout as pause } from "node:timers/promises";
import { lastWords } from "./program-output.mjs";
import { cpuByThread, treeCost, treeMemory, treeTitles } from "./process-tree.mjs";

const START_SECONDS = 300;
/** A server that does not end by itself in this time is killed. */
const STOP_SECONDS = 20;

export async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function statusOf(port, path) {
  return new Promise((resolve) => {
    const request = http.get({ port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", () => resolve(null));
  });
}

export async function bodyOf(port, path) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  if (!response.ok) throw new Error(`Expected 200 for ${path} but received ${response.status}.`);
  return response.text();
}

async function untilReady(child, name, port, path, words) {
  const end = performance.now() + START_SECONDS * 1000;
  while ((await statusOf(port, path)) !== 200) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(
        `${name} ended with ${child.exitCode ?? child.signalCode} before it was ready: ${words()}`,
      );
    if (performance.now() > end) throw new Error(`${name} was not ready after ${START_SECONDS} s.`);
    await pause(20);
  }
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), STOP_SECONDS * 1000);
  await ended;
  clearTimeout(killer);
}

/** The program with its arguments, kept on `cpus` (as taskset writes them) where some are named. */
export function pinned(cpus, program, args) {
  return cpus === undefined ? [program, args] : ["taskset", ["-c", cpus, program, ...args]];
}

/**
 * Starts it and waits until `readyPath` answers 200. `shown` are the flags as a report shows them, without the
 * machine's paths.
 */
export async function startServer({ name, program, args, shown, port, readyPath, cpus, environment }) {
  // Its output must be read, or it fills a pipe and the server stands still.
  const options = { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...environment } };
  const child = spawn(...pinned(cpus, program, args), options);
  const words = lastWords(child.stderr);
  await once(child, "spawn");
  try {
    await untilReady(child, name, port, readyPath, words);
  } catch (error) {
    await stop(child);
    throw error;
  }
  const metricsText = () => bodyOf(port, "/metrics");
  return {
    name,
    port,
    flags: shown.join(" "),
    cost: () => treeCost(child.pid),
    threads: () => cpuByThread(child.pid),
    memory: () => treeMemory(child.pid),
    titles: () => treeTitles(child.pid),
    /** How it ended, if it has, and the last that it said. */
    end: () => ({ how: child.exitCode ?? child.signalCode, words: words() }),
    metricsText,
    /** The status that a path is answered with; null where nobody answers. */
    status: (path) => statusOf(port, path),
    metrics: async () => metricsOf(await metricsText()),
    stop: () => stop(child),
  };
}

/** Sums of the series of each metric, by name. */
export function metricsOf(text) {
  const sums = {};
  for (const line of text.split("\n")) {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{.*\})?\s+([\d.eE+-]+)/.exec(line);
    if (found) sums[found[1]] = (sums[found[1]] ?? 0) + Number(found[2]);
  }
  return sums;
}
