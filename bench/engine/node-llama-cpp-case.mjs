// One round of node-llama-cpp's own evaluation loop. `node node-llama-cpp-case.mjs JSON` prints the figures as JSON.
import { uniquePrompt } from "../load/prompt.mjs";
import { evaluated, openContext } from "../peers/node-llama-cpp-context.mjs";

const { model, count, promptTokens, tokens, threads, cells, gpu, sampling } = JSON.parse(process.argv[2]);
const context = await openContext(model, { sequences: count, cells: cells / count, threads, gpu });
const sequences = Array.from({ length: count }, () => context.getSequence());

async function run(sequence, maxTokens) {
  await sequence.clearHistory();
  let made = 0;
  for await (const token of evaluated(sequence, uniquePrompt(promptTokens), maxTokens, sampling)) {
    context.model.detokenize([token]);
    made++;
  }
  return made;
}

async function round(maxTokens) {
  const made = await Promise.all(sequences.map((sequence) => run(sequence, maxTokens)));
  return made.reduce((sum, value) => sum + value, 0);
}

await round(8);
const before = process.cpuUsage();
const started = performance.now();
const generated = await round(tokens);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ rate: generated / seconds, cpuMs: (user + system) / 1000 / generated }));
process.exit(0);
