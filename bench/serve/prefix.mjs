// Sixteen requests at the same instant with one long common beginning: how many prompt tokens are computed.
import { cellsFor } from "../command-line.mjs";
import { measured } from "../load/measured.mjs";
import { uniquePrompt } from "../load/prompt.mjs";
import { runStream } from "../load/stream.mjs";
import { short, shortSpread } from "../report/text-table.mjs";
import { inTurns, partiesOf, summarised, withServers } from "./parties.mjs";

const REQUESTS = 16;
const COMMON = 1000;
const SUFFIX = 32;
const TOKENS = 16;

/** What each server counts as computed prompt tokens; node-llama-cpp's server counts nothing. */
const COMPUTED = {
  tacho: (metrics) => metrics.tacho_prompt_tokens_total - metrics.tacho_cached_prompt_tokens_total,
  "llama-server": (metrics) => metrics["llamacpp:prompt_tokens_total"],
};

/** New words in each round, so that nothing is left of the round before. */
function together(port, sampling) {
  const common = uniquePrompt(COMMON);
  const prompts = Array.from({ length: REQUESTS }, () => [...common, ...uniquePrompt(SUFFIX)]);
  return Promise.all(prompts.map((prompt) => runStream(port, { prompt, max_tokens: TOKENS, ...sampling })));
}

async function turn(server, sampling) {
  const computed = async () => COMPUTED[server.name]?.(await server.metrics()) ?? null;
  const before = await computed();
  let streams;
  const { figures, threads } = await measured(
    server,
    async (port) => (streams = await together(port, sampling)),
  );
  const byUsage = streams.map(({ usage }) => usage.promptTokens - (usage.cachedTokens ?? 0));
  const counted = {
    "prefilled by metrics": before === null ? null : (await computed()) - before,
    "prefilled by usage": byUsage.reduce((sum, tokens) => sum + tokens, 0),
  };
  return { figures: { ...counted, ...figures }, threads };
}

export const prefix = {
  async measure({ parties, rounds, sampling, ...options }) {
    process.stderr.write(`${REQUESTS} requests with ${COMMON} common tokens, ${rounds} rounds …\n`);
    const cells = REQUESTS * cellsFor(COMMON + SUFFIX + TOKENS);
    return withServers(partiesOf(parties), { ...options, parallel: REQUESTS, cells }, async (servers) => {
      const results = await inTurns(servers, rounds, (server) => turn(server, sampling));
      const least = COMMON + REQUESTS * SUFFIX;
      return { requests: REQUESTS, common: COMMON, suffix: SUFFIX, least, ...summarised(servers, results) };
    });
  },
  table: ({ parties, least }) => [
    ["server", `prefilled (least ${least})`, "by usage", "TTFT ms p50", "TTFT ms longest"],
    Object.entries(parties).map(([name, figures]) => [
      name,
      shortSpread(figures["prefilled by metrics"]),
      short(figures["prefilled by usage"]?.median),
      shortSpread(figures["TTFT ms p50"]),
      shortSpread(figures["TTFT ms longest"]),
    ]),
  ],
};
