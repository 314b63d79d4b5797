// Requests that arrive whether the earlier ones are answered or not, as those of many users do.
import { setTimeout as pause } from "node:timers/promises";
import { randomFrom, uniquePrompt } from "./prompt.mjs";
import { runStream } from "./stream.mjs";

/** Seconds of Poisson arrivals at `rate` a second within `seconds`; the same for the same seed. */
export function poissonArrivals(rate, seconds, seed) {
  const random = randomFrom(seed);
  const arrivals = [];
  for (let at = 0; ;) {
    at -= Math.log(1 - random()) / rate;
    if (at >= seconds) return arrivals;
    arrivals.push(at);
  }
}

/** Resolves with all streams. */
export function openLoop(port, arrivals, { promptTokens, tokens, sampling }) {
  return Promise.all(
    arrivals.map(async (at) => {
      await pause(at * 1000);
      return runStream(port, { prompt: uniquePrompt(promptTokens), max_tokens: tokens, ...sampling });
    }),
  );
}
