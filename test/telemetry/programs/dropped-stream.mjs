// Drops half-read streams without a return(), reads one to its end, and ends itself once the collector has told the
// records of the former and taken that of the latter; run with --expose-gc: `[index]`.
import { setImmediate } from "node:timers/promises";

const [index] = process.argv.slice(2);
const { observeStream } = await import(index);

let inFlight = 0;
let aborted = 0;
const meters = {
  inFlight: { inc: () => inFlight++, dec: () => inFlight-- },
  finished: { ok: { inc() {} }, error: { inc() {} }, abort: { inc: () => aborted++ } },
};
// Outlives the streams, and must not keep them.
const { signal } = new globalThis.AbortController();

async function* forEver() {
  for (;;) yield "token";
}

async function drop() {
  await observeStream(meters, forEver(), { signal }).next();
  const silent = { next: () => new Promise(() => {}) };
  void observeStream(meters, silent, { signal }).next();
}

async function* nothing() {}

async function readToTheEnd() {
  const own = { ...meters };
  await observeStream(own, nothing(), { signal }).next();
  return new WeakRef(own);
}

for (let i = 0; i < 100; i++) await drop();
const read = await readToTheEnd();
console.log(inFlight);
do {
  // A job of its own, since what deref() has given lives to the end of its job.
  await setImmediate();
  globalThis.gc();
} while (inFlight > 0 || read.deref() !== undefined);
console.log(aborted);
