// Renderings of one library: `[tacho's telemetry, library, series, times]`. Prints what one takes, and for how long
// it holds the event loop.
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { median, pinApart, threadNanoseconds } from "../figures.mjs";
import { SHAPES, TARGETS } from "./scrape-targets.mjs";

/** Renderings whose CPU time is taken together, as asking for it costs some itself. */
const BATCH = 10;

const [telemetry, library, series, given] = process.argv.slice(2);
const times = Number(given);
const { render, change } = await TARGETS[library](SHAPES[series], telemetry);

/** Milliseconds from the call to the text. */
async function duration() {
  change();
  const start = performance.now();
  await render();
  return performance.now() - start;
}

/** Milliseconds of the calling thread until it has the promise. */
async function callDuration() {
  change();
  const start = performance.now();
  const rendering = render();
  const taken = performance.now() - start;
  await rendering;
  return taken;
}

/** Milliseconds that the main thread runs for one rendering, its event loop's own work between call and text included. */
async function busyDuration() {
  const before = threadNanoseconds();
  for (let i = 0; i < BATCH; i++) await duration();
  return (threadNanoseconds() - before) / BATCH / 1e6;
}

/**
 * The longest time for which a loop that is never idle stood still: with a rendering from its call to the turn
 * after its text, else over as many turns.
 */
async function longestGap(renders, turns) {
  change();
  let [longest, counted, done] = [0, 0, !renders];
  let last = performance.now();
  if (renders) void render().then(() => (done = true));
  for (let rest = 2; rest > 0; done && counted >= turns && rest--) {
    await setImmediate();
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    counted++;
  }
  return { longest, turns: counted };
}

/** Gaps with and without a rendering, in turn: what the machine itself interrupts shows in both. */
async function gaps() {
  const [scraping, idle] = [[], []];
  for (let i = 0; i < times; i++) {
    const { longest, turns } = await longestGap(true, 0);
    scraping.push(longest);
    idle.push((await longestGap(false, turns)).longest);
  }
  return { scrapingMs: median(scraping), idleMs: median(idle) };
}

async function medianOf(measure) {
  const values = [];
  for (let i = 0; i < times; i++) values.push(await measure());
  return median(values);
}

for (let i = 0; i < times; i++) await duration();
// What is asked is what rendering does to the loop, not how the scheduler shares a core between both.
pinApart();
const text = await render();
const figures = {
  bytes: Buffer.byteLength(text),
  ms: await medianOf(duration),
  callMs: await medianOf(callDuration),
  busyMs: await medianOf(busyDuration),
  gap: await gaps(),
};
console.log(JSON.stringify(figures));
