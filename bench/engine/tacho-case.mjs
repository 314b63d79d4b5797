// One round of tacho's engine without its server: sampling and telemetry as they are in it, no HTTP.
// `node tacho-case.mjs JSON` prints the figures as JSON.
import { MessageChannel } from "node:worker_threads";
import runTask from "../../dist/engine/replica.js";
import { catalog } from "../../dist/metrics/catalog.js";
import { newSegmentPath, openTelemetry } from "../../dist/telemetry/index.js";
import { uniquePrompt } from "../load/prompt.mjs";
import { engineSettings, generateRequest } from "./engine-messages.mjs";

const { model, count, promptTokens, tokens, threads, cells, gpu, sampling } = JSON.parse(process.argv[2]);

const telemetry = openTelemetry(catalog, { path: newSegmentPath() });
const { port1: port, port2: theirs } = new MessageChannel();
const settings = engineSettings({ model, slots: count, threads, cells, gpu, telemetryPath: telemetry.path });
const ended = runTask({ kind: "replica", index: 0, settings, file: model, port: theirs });

/** Resolves with the messages' first that `wanted` accepts. */
function message(wanted) {
  return new Promise((resolve, reject) => {
    ended.then((end) => end && reject(new Error(end.message)), reject);
    port.on("message", function listen(value) {
      if (!wanted(value)) return;
      port.off("message", listen);
      resolve(value);
    });
  });
}

let nextId = 1;

/** Resolves when `count` requests of `maxTokens` have ended, with the generated tokens. */
async function round(maxTokens) {
  let running = count;
  let generated = 0;
  const done = message(({ ends = [] }) => {
    for (const { reason, error, generatedTokens } of ends) {
      if (reason !== "length")
        throw new Error(`Expected a request to end by length, not by ${reason} (${error?.message}).`);
      generated += generatedTokens;
    }
    return (running -= ends.length) === 0;
  });
  for (let i = 0; i < count; i++) {
    const prompt = { kind: "tokens", tokens: uniquePrompt(promptTokens) };
    const request = generateRequest({ id: nextId++, prompt, maxTokens, sampling });
    void runTask({ kind: "submit", request });
  }
  await done;
  return generated;
}

await message(({ type }) => type === "ready");
await round(8); // The first steps reserve graphs and touch the weights.
const before = process.cpuUsage();
const started = performance.now();
const generated = await round(tokens);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ rate: generated / seconds, cpuMs: (user + system) / 1000 / generated }));
port.postMessage({ type: "stop" });
await ended;
port.close();
telemetry.close();
