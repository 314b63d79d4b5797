// What a load of streams saw, and what it cost the server and the client.
import { percentile, rounded } from "../figures.mjs";
import { gapsOf } from "./stream.mjs";

function percentiles(name, values) {
  return {
    [`${name} p50`]: percentile(values, 0.5),
    [`${name} p95`]: percentile(values, 0.95),
    [`${name} p99`]: percentile(values, 0.99),
    [`${name} longest`]: percentile(values, 1),
  };
}

/**
 * Milliseconds from the request to its first text. An answer may consist of tokens without text, such as control
 * tokens: when its first one came, nobody can see from outside.
 */
function firstTextsOf(streams) {
  const withText = streams.filter(({ arrivals }) => arrivals.length > 0);
  return withText.map(({ startedAt, arrivals }) => arrivals[0] - startedAt);
}

/** Milliseconds, and tokens a second between the first byte sent and the last one read. */
export function latencyFigures(streams) {
  const tokens = streams.reduce((sum, { usage }) => sum + usage.generatedTokens, 0);
  const started = Math.min(...streams.map(({ startedAt }) => startedAt));
  const ended = Math.max(...streams.map(({ endedAt }) => endedAt));
  const firsts = firstTextsOf(streams);
  return {
    tokens,
    rate: (tokens * 1000) / (ended - started),
    "streams without text": streams.length - firsts.length,
    ...percentiles("TTFT ms", firsts),
    ...percentiles("gap ms", streams.flatMap(gapsOf)),
  };
}

/**
 * CPU milliseconds a token of each process: of its busiest thread, which computes, and of all its others. With one
 * compute thread, the latter and the front are what a server costs beside llama.cpp and its own loop.
 */
export function threadFigures(before, after, tokens) {
  const processes = {};
  for (const [thread, { process, seconds }] of after)
    (processes[process] ??= []).push(((seconds - (before.get(thread)?.seconds ?? 0)) * 1000) / tokens);
  return Object.fromEntries(
    Object.entries(processes).map(([process, spent]) => {
      const busiest = Math.max(...spent);
      const all = spent.reduce((sum, ms) => sum + ms, 0);
      return [process, { busiest: rounded(busiest), others: rounded(all - busiest) }];
    }),
  );
}

/** Runs `load`, which resolves with its streams, against the server. */
export async function measured(server, load) {
  const before = server.cost();
  const threadsBefore = server.threads();
  const clientBefore = process.cpuUsage();
  const streams = await load(server.port);
  const client = process.cpuUsage(clientBefore);
  const after = server.cost();
  const { tokens, ...latency } = latencyFigures(streams);
  return {
    figures: {
      ...latency,
      "switches/token": (after.switches - before.switches) / tokens,
      "server CPU ms/token": ((after.cpuSeconds - before.cpuSeconds) * 1000) / tokens,
      "client CPU ms/token": (client.user + client.system) / 1000 / tokens,
    },
    threads: threadFigures(threadsBefore, server.threads(), tokens),
  };
}
