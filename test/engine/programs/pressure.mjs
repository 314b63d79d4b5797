// Greedy streams with room for all, one after the other, and then at once in a quarter of the KV cells they want.
// Prints what each sampled, with the logprobs of the two likeliest tokens, as JSON.
import { loadReplica, meters, longRequest } from "./engine.mjs";

const STREAMS = 16;
const TOKENS = 300;
const TOPICS = ["cat", "dog", "fox", "bird", "fish", "bear", "frog", "horse"];

function request(id) {
  const text = `Once upon a time there was a ${TOPICS[id % TOPICS.length]} number ${id}`;
  return { ...longRequest(id), prompt: { kind: "text", text }, maxTokens: TOKENS, logprobs: 2 };
}

/** What every stream sampled, and the counters of the run. `together`: all at once. */
async function run(cells, together) {
  const replica = await loadReplica({ cells, slots: STREAMS });
  const { cells: shard, handles } = meters();
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
  if (together) streams.forEach((_, id) => replica.submit(request(id)));
  else
    for (const id of streams.keys()) {
      const over = until(() => streams[id].end);
      replica.submit(request(id));
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
const alone = await run(0, false);
const pressed = await run(1024, true);
clearInterval(alive);
console.log(JSON.stringify({ alone, pressed }));
