// What looking up the next words in the text so far brings one stream, where the text repeats itself and where not.
import { cellsFor } from "../command-line.mjs";
import { measured } from "../load/measured.mjs";
import { uniquePrompt } from "../load/prompt.mjs";
import { runStream } from "../load/stream.mjs";
import { short, shortSpread } from "../report/text-table.mjs";
import { inTurns, summarised, withServers } from "./parties.mjs";

const PARTIES = {
  ngram: { server: "tacho", extra: ["--speculation", "ngram"] },
  off: { server: "tacho", extra: ["--speculation", "off"] },
  "llama-server ngram": { server: "llama-server", extra: ["--spec-type", "ngram-simple"] },
  "llama-server off": { server: "llama-server" },
};
const PASSAGE = 64;
const PASSAGES = 6;
const TOKENS = 512;

/** A passage again and again, which a greedy model goes on with; and chance, which repeats nothing. */
const TEXTS = {
  copying: () => {
    const passage = uniquePrompt(PASSAGE);
    return { prompt: Array(PASSAGES).fill(passage).flat(), temperature: 0 };
  },
  fresh: () => ({ prompt: uniquePrompt(PASSAGE * PASSAGES), temperature: 1 }),
};

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
  const body = JSON.stringify({ ...TEXTS[text](), max_tokens: TOKENS, ignore_eos: true });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`http://127.0.0.1:${port}/v1/completions`, { method: "POST", headers, body });
  const { choices } = await response.json();
  return repetition(choices[0].text);
}

export const copy = {
  async measure({ rounds, ...options }) {
    const cells = cellsFor(PASSAGE * PASSAGES + TOKENS);
    return withServers(PARTIES, { ...options, parallel: 1, cells }, async (servers) => {
      const figures = {};
      for (const text of Object.keys(TEXTS)) {
        process.stderr.write(`${text} text, ${rounds} rounds …\n`);
        const load = async (port) => [await runStream(port, { ...TEXTS[text](), max_tokens: TOKENS })];
        const results = await inTurns(servers, rounds, (server) => measured(server, load));
        figures[text] = {
          repetition: await repetitionOf(servers.off, text),
          ...summarised(servers, results),
        };
      }
      return figures;
    });
  },
  table: (figures) => [
    ["text, repeated share × server", "tokens/s", "ngram by it"],
    Object.entries(figures).flatMap(([text, { repetition: share, parties, rateRatios }]) =>
      Object.entries(parties).map(([name, { rate }]) => [
        `${text}, ${short(share)} × ${name}`,
        shortSpread(rate),
        shortSpread(rateRatios[name]?.perRound),
      ]),
    ),
  ],
};
