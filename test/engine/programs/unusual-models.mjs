// Asks the engine over every unusual model what llama-server was asked. Prints what came, in the form of
// unusual-models/seen.json, as JSON. Argument: a folder for the models.
import { readFileSync } from "node:fs";
import { CHATS, FORGERIES, PROMPTS } from "../unusual-models/cases.mjs";
import { MODELS, writeModel } from "../unusual-models/models.mjs";
import { chatPrompt, loadReplica, longRequest, meters } from "./engine.mjs";

const [folder] = process.argv.slice(2);
const seen = JSON.parse(readFileSync(new URL("../unusual-models/seen.json", import.meta.url), "utf8"));
/** Numbers of full precision, as llama-server had them. */
const EXACT = { cells: 2048, slots: 1, cacheTypeK: "f32", cacheTypeV: "f32", flashAttention: "off" };
const TEXT_TOKENS = 8;
/** The last token of a prompt is always computed. */
const LAST = 0;

async function openEngine(path) {
  const replica = await loadReplica({ ...EXACT, path });
  const { cells, handles, tenant } = meters();
  const running = new Map();
  replica.start(cells, handles, ({ ids, texts, parts, ends }) => {
    const textAt = (i) => parts?.[i]?.map(({ text }) => text).join("") ?? texts[i];
    ids.forEach((id, i) => (running.get(id).text += textAt(i)));
    for (const end of ends) {
      const { text, resolve } = running.get(end.id);
      resolve({ ...end, text });
    }
  });
  const ask = (prompt, fields) =>
    new Promise((resolve) => {
      const id = running.size + 1;
      running.set(id, { text: "", resolve });
      replica.submit({ ...longRequest(id), ignoreEos: false, maxTokens: 1, prompt, ...fields }, tenant);
    });
  return { ask, info: replica.info, close: () => replica.close() };
}

const chat = (messages) => chatPrompt(JSON.stringify(messages));
const text = (words) => ({ kind: "text", text: words });

const mapped = async (table, read) => {
  const entries = [];
  for (const [name, value] of Object.entries(table)) entries.push([name, await read(value, name)]);
  return Object.fromEntries(entries);
};

/**
 * The prompt's tokens, if they are `expected`: then these are all in the cache for a prompt that goes on from
 * them. Null where it is refused.
 */
async function tokensOf({ ask }, prompt, expected) {
  const { error, promptTokens } = await ask(prompt);
  if (error) return error.code === "template_failed" ? null : error.message;
  const tokens = expected?.split(" ").filter(Boolean).map(Number) ?? [];
  const { cachedTokens } = await ask({ kind: "tokens", tokens: [...tokens, LAST] });
  if (promptTokens === tokens.length && cachedTokens === tokens.length) return expected;
  return `${promptTokens} tokens, of which at most the first ${cachedTokens} are these`;
}

async function answers(engine, known) {
  const { ask } = engine;
  const compared = (cases, kind, expected) =>
    mapped(cases, (value, name) => tokensOf(engine, kind(value), expected[name]));
  const goesOn = async (prompt) => (await ask(prompt, { maxTokens: TEXT_TOKENS })).text;
  return {
    hasTemplate: engine.info.hasChatTemplate,
    chats: await compared(CHATS, chat, known.chats),
    forgeries: await compared(FORGERIES, chat, known.forgeries),
    prompts: await compared(PROMPTS, text, known.prompts),
    ends: await mapped(known.ends, ({ token }) => endAt(ask, token)),
    texts: { user: await goesOn(chat(CHATS.user)), words: await goesOn(text(PROMPTS.words)) },
  };
}

async function endAt(ask, token) {
  const sampling = { ...longRequest(0).sampling, logitBias: [[token, 100]] };
  const end = await ask(chat(CHATS.user), { sampling, maxTokens: 2 });
  return { token, finish: end.reason, generatedTokens: end.generatedTokens, text: end.text };
}

async function answersOf(name) {
  const engine = await openEngine(await writeModel(folder, name));
  try {
    return await answers(engine, seen[name]);
  } finally {
    await engine.close();
  }
}

// A waiting decode thread keeps no process alive.
const keepAlive = setInterval(() => {}, 1000);
console.log(JSON.stringify(await mapped(MODELS, (_, name) => answersOf(name))));
clearInterval(keepAlive);
