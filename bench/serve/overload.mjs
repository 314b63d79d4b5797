// Far more requests at one instant than there are slots: who is served, after what wait, who is refused, and how soon.
// tacho's queue is bounded; llama-server has no bound to set.
import { cellsFor } from "../command-line.mjs";
import { percentile, spreads } from "../figures.mjs";
import { burst } from "../load/burst.mjs";
import { uniquePrompt } from "../load/prompt.mjs";
import { shortSpread } from "../report/text-table.mjs";
import { inTurns, withServers } from "./parties.mjs";

const REQUESTS = 300;
const SLOTS = 2;
const QUEUE = 40;
/** Short, because a server without a bound answers all of them, two at a time. */
const TOKENS = 32;

const BOUNDED = { tacho: { extra: ["--max-queue", QUEUE] } };

export function overloadFigures(answers) {
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => [429, 503].includes(status));
  const of = (list, key) => list.map((answer) => answer[key]).filter((ms) => ms !== null);
  return {
    served: served.length,
    refused: refused.length,
    "refused without Retry-After": refused.filter(({ retryAfter }) => retryAfter === null).length,
    "otherwise answered": answers.length - served.length - refused.length,
    "refusal ms p50": percentile(of(refused, "headMs"), 0.5),
    "refusal ms longest": percentile(of(refused, "headMs"), 1),
    "TTFT ms p50": percentile(of(served, "textMs"), 0.5),
    "TTFT ms longest": percentile(of(served, "textMs"), 1),
    "last answer ms": Math.max(...of(answers, "endMs")),
  };
}

export const overload = {
  async measure({ parties, rounds, promptTokens, sampling, ...options }) {
    const cells = SLOTS * cellsFor(promptTokens + TOKENS);
    const request = () => ({ prompt: uniquePrompt(promptTokens), max_tokens: TOKENS, ...sampling });
    const those = Object.fromEntries(parties.map((name) => [name, BOUNDED[name] ?? {}]));
    return withServers(those, { ...options, parallel: SLOTS, cells }, async (servers) => {
      const turn = async (server, round) => {
        process.stderr.write(`overload of ${server.name}, round ${round} …\n`);
        return overloadFigures(await burst(server.port, REQUESTS, request));
      };
      const results = await inTurns(servers, rounds, turn);
      const figures = Object.entries(results).map(([name, all]) => [
        name,
        { flags: servers[name].flags, ...spreads(all) },
      ]);
      return { requests: REQUESTS, slots: SLOTS, queue: QUEUE, parties: Object.fromEntries(figures) };
    });
  },
  table: ({ requests, slots, parties }) => {
    const names = Object.keys(overloadFigures([]));
    const rows = names.map((name) => [
      name,
      ...Object.values(parties).map((figures) => shortSpread(figures[name])),
    ]);
    return [[`${requests} on ${slots} slots`, ...Object.keys(parties)], rows];
  },
};
