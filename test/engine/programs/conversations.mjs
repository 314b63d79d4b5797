// Sends prompts that share beginnings to engines that serve all of them, and each prompt to an engine that
// serves nothing else. Prints what was generated greedily as JSON. Argument: a model's path.
import { loadReplica, longRequest, meters } from "./engine.mjs";

const path = process.argv[2];
const GENERATED = 8;
/** Numbers of full precision: what the shape of a batch changes by rounding is far below any two logits' distance. */
const EXACT = { path, cacheTypeK: "f32", cacheTypeV: "f32", flashAttention: "off" };
const LAYOUTS = { separate: { cells: 0, slots: 3 }, shared: { cells: 2048, slots: 3 } };

/** Made-up tokens; parts of different seeds differ from their first token on. */
function part(length, seed) {
  let state = seed * 7919;
  return Array.from({ length }, () => 300 + ((state = (state * 1103515245 + 12345) % 2 ** 31) % 200));
}

const system = part(200, 1);
const first = [...system, ...part(60, 2)];
const second = [...first, ...part(40, 3)];
/** Batches of prompts that are sent together; the next batch follows when all are answered. */
const SCENARIOS = {
  "a prompt sent three times": [[first], [first], [first]],
  "a conversation that goes on": [[first], [second], [[...second, ...part(30, 4)]]],
  "a conversation that goes another way": [[second], [[...first, ...part(30, 5)]], [second]],
  "common beginnings at once": [[5, 6, 7, 8, 9, 10].map((seed) => [...system, ...part(20 + seed, seed)])],
  "a beginning that still runs": [
    [first, first, second],
    [[...system, ...part(9, 11)], first],
  ],
};

async function openEngine(options) {
  const replica = await loadReplica({ ...EXACT, ...options });
  const { cells, handles, tenant } = meters();
  const running = new Map();
  replica.start(cells, handles, ({ ids, texts, ends }) => {
    ids.forEach((id, i) => (running.get(id).text += texts[i]));
    for (const { id, error, cachedTokens } of ends) {
      const { text, resolve } = running.get(id);
      resolve(error ? { error: error.message } : { text, cachedTokens });
    }
  });
  let lastId = 0;
  const ask = (tokens) =>
    new Promise((resolve) => {
      const id = ++lastId;
      running.set(id, { text: "", resolve });
      replica.submit(
        { ...longRequest(id), prompt: { kind: "tokens", tokens }, maxTokens: GENERATED },
        tenant,
      );
    });
  return { ask, close: () => replica.close() };
}

const alone = new Map();
async function askAlone(tokens) {
  const key = tokens.join();
  if (!alone.has(key)) {
    const engine = await openEngine({ cells: 0, slots: 1 });
    alone.set(key, (await engine.ask(tokens)).text);
    await engine.close();
  }
  return alone.get(key);
}

// A waiting decode thread keeps no process alive.
const keepAlive = setInterval(() => {}, 1000);
const outcomes = [];
for (const [layout, options] of Object.entries(LAYOUTS)) {
  const engine = await openEngine(options);
  for (const [scenario, batches] of Object.entries(SCENARIOS)) {
    for (const prompts of batches) {
      const answers = await Promise.all(prompts.map(engine.ask));
      for (const [i, answer] of answers.entries()) {
        const wanted = await askAlone(prompts[i]);
        outcomes.push({ layout, scenario, promptTokens: prompts[i].length, wanted, ...answer });
      }
    }
  }
  await engine.close();
}
clearInterval(keepAlive);
console.log(JSON.stringify(outcomes));
