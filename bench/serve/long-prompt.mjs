// One long prompt arrives while others are answered: how long the others stand still, and what it pays itself.
import { EventEmitter, once } from "node:events";
import { cellsFor } from "../command-line.mjs";
import { median, spreads } from "../figures.mjs";
import { uniquePrompt } from "../load/prompt.mjs";
import { gapsOf, openStream, runStream } from "../load/stream.mjs";
import { shortSpread } from "../report/text-table.mjs";
import { inTurns, partiesOf, withServers } from "./parties.mjs";

const OTHERS = 8;
/** Enough that the others outlast the long prompt; they are cancelled after it. */
const OTHERS_TOKENS = 4000;
/** Gaps of each of the others before the long prompt arrives. */
const STEPS_BEFORE = 64;
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

/** The gaps that hold an instant between `from` and `to`. */
export function gapsWithin({ arrivals }, from, to) {
  const pairs = arrivals.slice(1).map((end, i) => [arrivals[i], end]);
  return pairs.filter(([start, end]) => end > from && start < to).map(([start, end]) => end - start);
}

/** Null of an answer without text. */
const firstTokenMs = ({ startedAt, arrivals }) => (arrivals.length > 0 ? arrivals[0] - startedAt : null);

async function turn({ port }, { longPrompt, promptTokens, sampling }) {
  const long = () => ({ prompt: uniquePrompt(longPrompt), max_tokens: LONG_TOKENS, ...sampling });
  const alone = await runStream(port, long());
  const other = () => ({ prompt: uniquePrompt(promptTokens), max_tokens: OTHERS_TOKENS, ...sampling });
  const others = Array.from({ length: OTHERS }, () => openStream(port, other()));
  try {
    await Promise.all(others.map((stream) => untilArrivals(stream, STEPS_BEFORE)));
    const stepMs = median(others.flatMap((stream) => gapsOf(stream).slice(-STEPS_BEFORE)));
    const stream = await runStream(port, long());
    const firstTextAt = stream.arrivals[0] ?? stream.endedAt;
    const during = others.flatMap((one) => gapsWithin(one, stream.startedAt, firstTextAt));
    const longestMs = Math.max(...during);
    return {
      stepMs,
      longestMs,
      ratio: longestMs / stepMs,
      medianDuringMs: median(during),
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
      return { others: OTHERS, longPrompt: options.longPrompt, parties: Object.fromEntries(rows) };
    });
  },
  table: ({ parties }) => [
    [
      "server",
      "step ms",
      "longest gap ms",
      "by the step",
      "median gap meanwhile",
      "TTFT ms",
      "TTFT ms alone",
    ],
    Object.entries(parties).map(([name, figures]) => [
      name,
      ...["stepMs", "longestMs", "ratio", "medianDuringMs", "ttftMs", "ttftAloneMs"].map((key) =>
        shortSpread(figures[key]),
      ),
    ]),
  ],
};
