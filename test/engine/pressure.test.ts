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

type Printed = Record<"alone" | "resumed" | "scattered" | "pressed", Run>;

let alone: Run;
let resumed: Run;
let scattered: Run;
let pressed: Run;
beforeAll(() => {
  const program = fileURLToPath(new URL("programs/pressure.mjs", import.meta.url));
  const output = execFileSync(process.execPath, [program], { encoding: "utf8", maxBuffer: 1 << 28 });
  ({ alone, resumed, scattered, pressed } = JSON.parse(output) as Printed);
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
  for (const { preemptions } of [alone, resumed, scattered]) expect(preemptions).toBe(0);
});

/** The greatest rounding between the streams alone and those of `run`, which begin `skipped` tokens later. */
function noise(run: Run, skipped = 0): number {
  const pairs = alone.streams.map(
    ({ tokens }, i) => [tokens.slice(skipped), run.streams[i]!.tokens] as const,
  );
  return Math.max(...pairs.map(([one, other]) => rounding(one, other)));
}

/**
 * llama.cpp's rounding depends on the shape of a batch: tokens computed as a prompt have slightly other keys and
 * values than the same tokens computed one by one. It depends on the order of cells too: attention is summed up in 16
 * bits over the cells as they lie, and those that others left lie in no order. How much both change logprobs is seen
 * where cells are enough for all. Under pressure it must not be more, but for chance, and only tokens that are closer
 * to each other than that may change places: each of the two may have moved by it.
 */
test("greedy streams sample under pressure what they sample alone, but where two tokens are as good", () => {
  const usual = Math.max(noise(resumed, alone.streams[0]!.tokens.length / 2), noise(scattered));
  expect(usual).toBeGreaterThan(0);
  expect(noise(pressed)).toBeLessThan(3 * usual);
  for (const [i, { tokens }] of alone.streams.entries()) {
    const other = pressed.streams[i]!.tokens;
    expect(other.length).toBe(tokens.length);
    const at = parting(tokens, other);
    if (at === tokens.length) continue;
    const here = tokens[at]!;
    const rival = here.top.find(([token]) => token === other[at]!.token);
    expect(rival, `stream ${i} sampled an unlikely token at ${at}`).toBeDefined();
    expect(here.logprob - rival![1]).toBeLessThanOrEqual(2 * noise(pressed));
  }
});
