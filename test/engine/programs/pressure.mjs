// Greedy streams alone; alone again, but with the first half of what they sampled computed as part of the prompt;
// eight at a time, the later ones in cells that earlier ones left; and all at once in a quarter of the KV cells they
// want. Prints what each sampled with logprobs, as JSON.
import { loadReplica, meters, longRequest } from "./engine.mjs";

const STREAMS = 16;
const TOKENS = 300;

const PROMPTS = Array.from({ length: STREAMS }, (_, i) =>
  Array.from({ length: 12 }, (_, j) => 300 + 12 * i + j),
);

function request(id, tokens) {
  const maxTokens = TOKENS + PROMPTS[id].length - tokens.length;
  return { ...longRequest(id), prompt: { kind: "tokens", tokens }, maxTokens, logprobs: 5 };
}

/** What every stream sampled, and the counters of the run. `together`: as many at once as there are slots. */
async function run(cells, together, prompts, slots = STREAMS) {
  const replica = await loadReplica({ cells, slots });
  const { cells: shard, handles, tenant } = meters();
  const streams = Array.from({ length: STREAMS }, () => ({ tokens: [], end: null }));
  let ended;
  replica.start(shard, handles, ({ ids, logprobs, ends }) => {
    ids.forEach((id, i) => streams[id].tokens.push(...(logprobs?.[i] ?? [])));
    for (const end of ends) streams[end.id].end = end;
    if (ends.length > 0) ended();
  });
  const until = (holds) =>
    new Promise((resolve) => {
      ended = () => holds() && resolve();
    });
  if (together) streams.forEach((_, id) => replica.submit(request(id, prompts[id]), tenant));
  else
    for (const id of streams.keys()) {
      const over = until(() => streams[id].end);
      replica.submit(request(id, prompts[id]), tenant);
      await over;
    }
  if (together) await until(() => streams.every(({ end }) => end));
  const counted = (name) => shard[handles[name].cell];
  const result = {
    streams,
    kvCells: replica.info.kvCells,
    preemptions: counted("preemptions"),
    recomputedTokens: counted("recomputedTokens"),
  };
  await replica.close();
  return result;
}

const alive = setInterval(() => {}, 1000); // A waiting decode thread does not keep the process alive.
const alone = await run(0, false, PROMPTS);
const halves = PROMPTS.map((prompt, i) => {
  const half = alone.streams[i].tokens.slice(0, TOKENS / 2);
  return [...prompt, ...half.map(({ token }) => token)];
});
const resumed = await run(0, false, halves);
const scattered = await run(2816, true, PROMPTS, 8);
const pressed = await run(1024, true, PROMPTS);
clearInterval(alive);
console.log(JSON.stringify({ alone, resumed, scattered, pressed }));
