// `sampling.mjs OPTIONS REQUESTS`, both JSON: prints each request's text in one line of JSON. Requests run at once when
// OPTIONS.slots allows it.
import { loadReplica, longRequest, meters } from "./engine.mjs";

const [options, requests] = process.argv.slice(2).map((text) => JSON.parse(text));
const replica = await loadReplica(options);
const { cells, handles } = meters();
const keepAlive = setInterval(() => {}, 1000);
const texts = requests.map(() => "");
let running = requests.length;
await new Promise((resolve, reject) => {
  replica.start(cells, handles, ({ ids, texts: pieces, ends }) => {
    ids.forEach((id, i) => (texts[id] += pieces[i]));
    for (const { error } of ends) if (error) reject(new Error(JSON.stringify(error)));
    if ((running -= ends.length) === 0) resolve();
  });
  requests.forEach(({ sampling, ...request }, id) => {
    const base = longRequest(id);
    replica.submit({ ...base, maxTokens: 32, ...request, sampling: { ...base.sampling, ...sampling } });
  });
});
clearInterval(keepAlive);
await replica.close();
console.log(JSON.stringify(texts));
