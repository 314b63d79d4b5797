// The engine host is killed while it answers: how soon its streams end, and when the server answers again. Of tacho
// alone, as no other server here outlives its engine. Each round has a server of its own: one whose host died a short time
// ago would wait longer before it starts the next.
import { setTimeout as pause } from "node:timers/promises";
import { cellsFor } from "../command-line.mjs";
import { spreads } from "../figures.mjs";
import { uniquePrompt } from "../load/prompt.mjs";
import { openStream, runStream } from "../load/stream.mjs";
import { shortSpread } from "../report/text-table.mjs";
import { withServers } from "./parties.mjs";

const STREAMS = 8;
/** More than is generated before the kill. */
const TOKENS = 4000;
const HOST = "tacho engine-host";
const PATIENCE_MS = 300_000;

export const RECOVERY_FIGURES = ["streams ended ms", "not ready ms", "ready ms", "first text ms"];

/** Resolves with the milliseconds since `from` when `holds` does. */
export async function msUntil(from, what, holds, patience = PATIENCE_MS) {
  while (!(await holds())) {
    if (performance.now() - from > patience) throw new Error(`Expected ${what} within ${patience / 1000} s.`);
    await pause(1);
  }
  return performance.now() - from;
}

function engineHostOf(server) {
  const found = [...server.titles()].find(([, title]) => title === HOST);
  if (found === undefined) throw new Error(`Expected a process '${HOST}' of the server but found none.`);
  return found[0];
}

async function untilText(streams) {
  const started = performance.now();
  await msUntil(started, "text in every stream", () => streams.every(({ arrivals }) => arrivals.length > 0));
}

/** A stream that broke off ends `done` with an error, which is what is waited for. */
const ended = (stream) =>
  stream.done.then(
    () => Promise.reject(new Error("Expected the streams to break off, but one was complete.")),
    () => performance.now(),
  );

async function turn(server, { promptTokens, sampling }) {
  const request = (max_tokens) => ({ prompt: uniquePrompt(promptTokens), max_tokens, ...sampling });
  const streams = Array.from({ length: STREAMS }, () => openStream(server.port, request(TOKENS)));
  const ends = Promise.all(streams.map(ended));
  await Promise.race([untilText(streams), ends]);
  process.kill(engineHostOf(server), "SIGKILL");
  const killed = performance.now();
  const status = (expected) => async () => ((await server.status("/readyz")) === 200) === expected;
  const notReady = await msUntil(killed, "/readyz to refuse", status(false));
  const lastEnd = Math.max(...(await ends));
  const ready = await msUntil(killed, "/readyz to answer 200 again", status(true));
  const { arrivals } = await runStream(server.port, request(8));
  const times = [lastEnd - killed, notReady, ready, (arrivals[0] ?? performance.now()) - killed];
  return Object.fromEntries(RECOVERY_FIGURES.map((name, i) => [name, times[i]]));
}

export const recovery = {
  async measure({ rounds, ...options }) {
    process.stderr.write(`the engine host is killed under ${STREAMS} streams, ${rounds} rounds …\n`);
    const cells = STREAMS * cellsFor(options.promptTokens + TOKENS);
    const sizes = { parallel: STREAMS, cells };
    const round = () =>
      withServers({ tacho: {} }, { ...options, ...sizes }, async ({ tacho }) => ({
        flags: tacho.flags,
        times: await turn(tacho, options),
      }));
    const results = [];
    while (results.length < rounds) results.push(await round());
    return { streams: STREAMS, flags: results[0].flags, ...spreads(results.map(({ times }) => times)) };
  },
  table: (figures) => [
    ["after the kill", "ms"],
    RECOVERY_FIGURES.map((name) => [name.replace(/ ms$/, ""), shortSpread(figures[name])]),
  ],
};
