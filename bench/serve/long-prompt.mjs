// One long prompt arrives while others are answered: how long the others stand still, and what it pays itself.
import { EventEmitter, once } from "node:events";
import { cellsFor } from "../command-line.mjs";
import { median, percentile, spreads } from "../figures.mjs";
import { uniquePrompt } from "../load/prompt.mjs";
import { gapsOf, openStream, runStream } from "../load/stream.mjs";
import { shortSpread } from "../report/text-table.mjs";
import { inTurns, partiesOf, ratiosOf, withServers } from "./parties.mjs";

const OTHERS = 8;
/** Enough that the others outlast the long prompt; they are cancelled after it. Their cells are as many as its own. */
const othersTokens = (longPrompt) => Math.max(4000, longPrompt >> 1);
/** Gaps of each of the others before the long prompt arrives, and after its answer. */
const STEPS = 64;
const LONG_TOKENS = 16;

/** Resolves when the stream has brought so many arrivals. */
async function untilArrivals(stream, count) {
  const progress = new EventEmitter();
  stream.onText = () => stream.arrivals.length > count && progress.emit("enough");
  await Promise.race([
    once(progress, "enough"),
    stream.done.then(() => Promise.reject(new Error("A stream ended before the long prompt arrived."))),
  ]);
  stream.onText = null;
}

/** The gaps that hold an instant between `from` and `to`, and when they began. */
export function gapsWithin({ arrivals }, from, to) {
  const gaps = arrivals.slice(1).map((end, i) => ({ start: arrivals[i], end, ms: end - arrivals[i] }));
  return gaps.filter(({ start, end }) => end > from && start < to);
}

/**
 * The longest gap by the step of its time, the others' steps growing evenly from `before` to `after`: a long prompt
 * takes so long that they have texts many times as long when it is done.
 */
export function longestBySteps(gaps, from, to, before, after) {
  const stepAt = (at) =>
    before + ((after - before) * Math.min(Math.max(at - from, 0), to - from)) / (to - from);
  return Math.max(...gaps.map(({ start, ms }) => ms / stepAt(start)));
}

/** Of the others' gaps while the long prompt is computed. */
export function stallFigures(gaps) {
  const times = gaps.map(({ ms }) => ms);
  return { longestMs: Math.max(...times), p99Ms: percentile(times, 0.99), medianDuringMs: median(times) };
}

const stepMs = (streams) => median(streams.flatMap((stream) => gapsOf(stream).slice(-STEPS)));

const stepsLater = (streams) =>
  Promise.all(streams.map((stream) => untilArrivals(stream, stream.arrivals.length + STEPS)));

/** Null of an answer without text. */
const firstTokenMs = ({ startedAt, arrivals }) => (arrivals.length > 0 ? arrivals[0] - startedAt : null);

async function turn({ port }, { longPrompt, promptTokens, sampling }) {
  const long = () => ({ prompt: uniquePrompt(longPrompt), max_tokens: LONG_TOKENS, ...sampling });
  const alone = await runStream(port, long());
  const max_tokens = othersTokens(longPrompt);
  const other = () => ({ prompt: uniquePrompt(promptTokens), max_tokens, ...sampling });
  const others = Array.from({ length: OTHERS }, () => openStream(port, other()));
  try {
    await stepsLater(others);
    const before = stepMs(others);
    const stream = await runStream(port, long());
    const firstTextAt = stream.arrivals[0] ?? stream.endedAt;
    const during = others.flatMap((one) => gapsWithin(one, stream.startedAt, firstTextAt));
    await stepsLater(others);
    const after = stepMs(others);
    const stall = stallFigures(during);
    return {
      stepMs: before,
      stepAfterMs: after,
      ...stall,
      ratio: stall.longestMs / before,
      ratioThen: longestBySteps(during, stream.startedAt, firstTextAt, before, after),
      ttftMs: firstTokenMs(stream),
      ttftAloneMs: firstTokenMs(alone),
    };
  } finally {
    others.forEach((stream) => stream.cancel());
    await Promise.allSettled(others.map(({ done }) => done));
  }
}

export const longPrompt = {
  async measure({ parties, rounds, ...options }) {
    process.stderr.write(
      `a prompt of ${options.longPrompt} tokens among ${OTHERS} streams, ${rounds} rounds …\n`,
    );
    const cells = (OTHERS + 1) * cellsFor(options.longPrompt + LONG_TOKENS);
    const sizes = { parallel: OTHERS + 1, cells };
    return withServers(partiesOf(parties), { ...options, ...sizes }, async (servers) => {
      const results = await inTurns(servers, rounds, (server) => turn(server, options));
      const rows = Object.entries(results).map(([name, all]) => [
        name,
        { flags: servers[name].flags, ...spreads(all) },
      ]);
      const gapRatios = ratiosOf(results, ({ p99Ms }) => p99Ms);
      return { others: OTHERS, longPrompt: options.longPrompt, parties: Object.fromEntries(rows), gapRatios };
    });
  },
  table: ({ parties }) => [
    [
      "server",
      "step ms",
      "step ms after it",
      "longest gap ms",
      "by the step",
      "by the step of its time",
      "p99 gap meanwhile",
      "median gap meanwhile",
      "TTFT ms",
      "TTFT ms alone",
    ],
    Object.entries(parties).map(([name, figures]) => [
      name,
      ...["stepMs", "stepAfterMs", "longestMs", "ratio", "ratioThen", "p99Ms", "medianDuringMs"].map((key) =>
        shortSpread(figures[key]),
      ),
      ...["ttftMs", "ttftAloneMs"].map((key) => shortSpread(figures[key])),
    ]),
  ],
};
