// The thread of scraping.mjs. A scrape that takes longer than the pace allows delays the next one, as Prometheus' would.
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

const { port, url, aSecond } = workerData;
const EVERY_MS = 1000 / aSecond;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function scrape() {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get({ port, path: url, agent }, (response) => {
      if (response.statusCode !== 200)
        reject(new Error(`Expected 200 for ${url} but received ${response.statusCode}.`));
      let bytes = 0;
      response.on("data", (part) => (bytes += part.length));
      response.on("end", () => resolve({ milliseconds: performance.now() - startedAt, bytes }));
    });
    request.on("error", reject);
  });
}

let on = true;
parentPort.once("message", () => (on = false));
await scrape();
parentPort.postMessage("begun");
const scrapes = [];
for (let due = performance.now(); on; due = Math.max(due + EVERY_MS, performance.now())) {
  await pause(Math.max(0, due - performance.now()));
  scrapes.push(await scrape());
}
agent.destroy();
parentPort.postMessage(scrapes);
