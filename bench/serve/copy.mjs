// What looking up the next words in the text so far brings one stream, where the text repeats itself and where not.
import { cellsFor, samplingOf } from "../command-line.mjs";
import { rounded } from "../figures.mjs";
import { measured } from "../load/measured.mjs";
import { uniquePrompt } from "../load/prompt.mjs";
import { runStream } from "../load/stream.mjs";
import { cyclicModel } from "../models/cyclic-model.mjs";
import { short, shortSpread } from "../report/text-table.mjs";
import { inTurns, summarised, withServers } from "./parties.mjs";

const PARTIES = {
  ngram: { server: "tacho", extra: ["--speculation", "ngram"] },
  off: { server: "tacho", extra: ["--speculation", "off"] },
  "llama-server ngram": { server: "llama-server", extra: ["--spec-type", "ngram-simple"] },
  "llama-server off": { server: "llama-server" },
};
const PROMPT_TOKENS = 384;
const TOKENS = 512;

/** Random weights copy nothing of their own accord: a model made for it does. Chance repeats nothing. */
const TEXTS = {
  copying: { temperature: 0, modelFor: cyclicModel },
  fresh: { temperature: 1, modelFor: (model) => model },
};

/** Guessed and accepted tokens so far, by server; a server without guesses may have no such metrics. */
const DRAFT_METRICS = {
  tacho: ["tacho_draft_tokens_total", "tacho_accepted_draft_tokens_total"],
  "llama-server": [
    "llamacpp:spec_decode_num_draft_tokens_total",
    "llamacpp:spec_decode_num_accepted_tokens_total",
  ],
};

const requestFor = (text) => ({
  prompt: uniquePrompt(PROMPT_TOKENS),
  max_tokens: TOKENS,
  ...samplingOf(text),
});

/** Share of the runs of four words that have occurred before: whether the text does repeat itself. */
export function repetition(text) {
  const words = text.split(/\s+/).filter(Boolean);
  const seen = new Set();
  let again = 0;
  for (let i = 0; i + 4 <= words.length; i++) {
    const run = words.slice(i, i + 4).join(" ");
    if (seen.has(run)) again++;
    seen.add(run);
  }
  return words.length < 4 ? 0 : again / (words.length - 3);
}

async function repetitionOf({ port }, text) {
  const body = JSON.stringify({ ...requestFor(text), ignore_eos: true });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`http://127.0.0.1:${port}/v1/completions`, { method: "POST", headers, body });
  const { choices } = await response.json();
  return rounded(repetition(choices[0].text));
}

async function drafts(server) {
  const metrics = await server.metrics();
  return DRAFT_METRICS[server.name].map((name) => metrics[name] ?? 0);
}

async function turn(server, text) {
  const before = await drafts(server);
  const result = await measured(server, async (port) => [await runStream(port, requestFor(text))]);
  const after = await drafts(server);
  const [guessed, accepted] = after.map((count, i) => (count - before[i]) / TOKENS);
  return { ...result, figures: { ...result.figures, "guessed/token": guessed, "accepted/token": accepted } };
}

async function compare(text, { rounds, ...options }) {
  const model = await text.modelFor(options.model);
  const sizes = { model, parallel: 1, cells: cellsFor(PROMPT_TOKENS + TOKENS) };
  return withServers(PARTIES, { ...options, ...sizes }, async (servers) => {
    const oneTurn = (server) => turn(server, text);
    await inTurns(servers, 1, oneTurn); // As in the closed loop.
    const results = await inTurns(servers, rounds, oneTurn);
    return { repetition: await repetitionOf(servers.off, text), ...summarised(servers, results) };
  });
}

export const copy = {
  async measure(options) {
    const figures = {};
    for (const [name, text] of Object.entries(TEXTS)) {
      process.stderr.write(`${name} text, ${options.rounds} rounds …\n`);
      figures[name] = await compare(text, options);
    }
    return figures;
  },
  table: (texts) => [
    ["text, repeated share × server", "tokens/s", "ngram by it", "guessed/token", "accepted/token"],
    Object.entries(texts).flatMap(([text, { repetition: share, parties, rateRatios }]) =>
      Object.entries(parties).map(([name, figures]) => [
        `${text}, ${short(share)} × ${name}`,
        shortSpread(figures.rate),
        shortSpread(rateRatios[name]?.perRound),
        short(figures["guessed/token"]?.median),
        short(figures["accepted/token"]?.median),
      ]),
    ),
  ],
};
