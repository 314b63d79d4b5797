import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { RequestEnd, TokenLogprob } from "../../src/engine/messages.js";

interface Run {
  streams: { tokens: TokenLogprob[]; end: RequestEnd }[];
  kvCells: number;
  preemptions: number;
  recomputedTokens: number;
}

let alone: Run;
let pressed: Run;
beforeAll(() => {
  const program = fileURLToPath(new URL("programs/pressure.mjs", import.meta.url));
  const output = execFileSync(process.execPath, [program], { encoding: "utf8", maxBuffer: 1 << 28 });
  ({ alone, pressed } = JSON.parse(output) as { alone: Run; pressed: Run });
});

/** Where the two runs of a stream part; their length when they do not. */
function parting(one: TokenLogprob[], other: TokenLogprob[]): number {
  const at = one.findIndex(({ token }, i) => token !== other[i]?.token);
  return at < 0 ? one.length : at;
}

/** How much the logprob of a token that both runs sampled at the same place differs, at most. */
function rounding(one: TokenLogprob[], other: TokenLogprob[]): number {
  const same = one.slice(0, parting(one, other));
  return Math.max(0, ...same.map(({ logprob }, i) => Math.abs(logprob - other[i]!.logprob)));
}

test("streams that want four times the KV cells there are all end, some computed again", () => {
  const wanted = pressed.streams.map(({ end }) => end.promptTokens + end.generatedTokens);
  expect(wanted.reduce((a, b) => a + b)).toBeGreaterThan(4 * pressed.kvCells);
  expect(pressed.streams.map(({ end }) => end.reason)).toEqual(alone.streams.map(() => "length"));
  expect(pressed.preemptions).toBeGreaterThan(0);
  expect(pressed.recomputedTokens).toBeGreaterThan(0);
  expect(alone.preemptions).toBe(0);
});

/**
 * llama.cpp's rounding depends on the shape of a batch. What it amounts to is seen in the logprobs of the tokens
 * that both runs sampled. Only where the two best tokens are closer to each other than that can it change which
 * is best: each of the two may have moved by it.
 */
test("greedy streams sample under pressure what they sample alone, but where two tokens are as good", () => {
  const pairs = alone.streams.map(({ tokens }, i) => [tokens, pressed.streams[i]!.tokens] as const);
  const noise = Math.max(...pairs.map(([one, other]) => rounding(one, other)));
  expect(noise).toBeLessThan(0.05);
  for (const [one, other] of pairs) {
    expect(one.length).toBe(other.length);
    const at = parting(one, other);
    if (at === one.length) continue;
    const [best, second] = one[at]!.top;
    expect(best![1] - second![1]).toBeLessThanOrEqual(2 * noise);
    expect(other[at]!.token).toBe(second![0]);
  }
});
