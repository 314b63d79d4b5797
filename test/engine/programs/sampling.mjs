// `sampling.mjs OPTIONS REQUESTS`, both JSON: prints each request's text in one line of JSON. One runs after the other, and
// none finds its prompt cached: llama.cpp rounds differently in batches of another shape, which those that run at once
// share as chance has it.
import { loadReplica, longRequest, meters } from "./engine.mjs";

const [options, requests] = process.argv.slice(2).map((text) => JSON.parse(text));
const replica = await loadReplica({ ...options, slots: 1 });
const { cells, handles, tenant } = meters();
const keepAlive = setInterval(() => {}, 1000);
let onEnd;
const texts = requests.map(() => "");
replica.start(cells, handles, ({ ids, texts: pieces, ends }) => {
  ids.forEach((id, i) => (texts[id] += pieces[i]));
  ends.forEach((end) => onEnd(end));
});
for (const [id, { sampling, ...request }] of requests.entries()) {
  const base = { ...longRequest(id), maxTokens: 32, cacheSalt: String(id) };
  const ended = new Promise((resolve) => (onEnd = resolve));
  replica.submit({ ...base, ...request, sampling: { ...base.sampling, ...sampling } }, tenant);
  const { error } = await ended;
  if (error) throw new Error(JSON.stringify(error));
}
clearInterval(keepAlive);
await replica.close();
console.log(JSON.stringify(texts));
