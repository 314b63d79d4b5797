// Writes seen.json anew: what llama-server makes of every model and case.
// node test/engine/unusual-models/record.mjs /path/to/llama-server
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHATS, ENDS, FORGERIES, PROMPTS } from "./cases.mjs";
import { LlamaServer } from "./llama-server.mjs";
import { MODELS, writeModel } from "./models.mjs";
import { plainTokens } from "./plain-tokens.mjs";

const [program] = process.argv.slice(2);
const TEXT_TOKENS = 8;

const mapped = async (table, read) => {
  const entries = [];
  for (const [name, value] of Object.entries(table)) entries.push([name, await read(value)]);
  return Object.fromEntries(entries);
};

/** Prettier leaves a text on one line, and an array not. */
const packed = (tokens) => tokens?.join(" ") ?? null;

/** Token ids of a chat; null where it is refused. What llama-server answers must count as many. */
async function chatTokens(server, messages) {
  const prompt = await server.render(messages);
  const tokens = prompt === null ? null : await server.tokenize(prompt);
  const answer = await server.chat(messages, { max_tokens: 1 });
  const counted = answer.refused === undefined ? answer.promptTokens : tokens?.length;
  if (counted !== tokens?.length) throw new Error(`${tokens?.length} tokens, counted as ${counted}`);
  return tokens;
}

/** How an answer ends that begins with `text`, if that is one token. */
async function endAt(server, text) {
  const [token, ...more] = await server.tokenize(text, { begins: false });
  if (more.length > 0) return null;
  const biased = { logit_bias: { [token]: 100 }, max_tokens: 2 };
  const { refused, text: said, finish, generatedTokens } = await server.chat(CHATS.user, biased);
  return refused === undefined ? { token, finish, generatedTokens, text: said } : null;
}

async function endings(server) {
  const ends = await mapped(Object.fromEntries(ENDS.map((text) => [text, text])), (text) =>
    endAt(server, text),
  );
  return Object.fromEntries(Object.entries(ends).filter(([, end]) => end !== null));
}

async function see(server) {
  const chats = await mapped(CHATS, (messages) => chatTokens(server, messages));
  const prompts = await mapped(PROMPTS, (text) => server.tokenize(text));
  const goesOn = async (tokens) => (await server.complete(tokens, { max_tokens: TEXT_TOKENS })).text;
  return {
    chats: await mapped(chats, packed),
    forgeries: await mapped(FORGERIES, async (messages) => packed(await plainTokens(server, messages))),
    prompts: await mapped(prompts, packed),
    ends: await endings(server),
    texts: { user: await goesOn(chats.user), words: await goesOn(prompts.words) },
  };
}

async function seeModel(folder, name) {
  const server = await LlamaServer.start(program, await writeModel(folder, name));
  try {
    return await see(server);
  } finally {
    await server.stop();
  }
}

const folder = mkdtempSync(join(tmpdir(), "tacho-unusual-"));
try {
  const seen = {};
  for (const name of Object.keys(MODELS)) seen[name] = await seeModel(folder, name);
  writeFileSync(new URL("seen.json", import.meta.url), `${JSON.stringify(seen, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
