import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";

/** Of one process, which loads a model, on a machine that is busy with other tests. */
const LIMIT_MS = 60_000;

const PROGRAM = fileURLToPath(new URL("programs/sampling.mjs", import.meta.url));

/** The texts of requests in a process of their own. */
function generate(requests: object[], options: object = {}): string[] {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [PROGRAM, JSON.stringify(options), JSON.stringify(requests)],
    { encoding: "utf8", timeout: LIMIT_MS },
  );
  if (error) throw error;
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as string[];
}

const sharp = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.02 };
const kinds = {
  "the softmax": { temperature: 1 },
  "top-k, top-p and min-p": sharp,
  "a nucleus": { temperature: 1, topP: 0.9 },
  "min-p": { temperature: 1.5, minP: 0.05 },
  penalties: { ...sharp, presencePenalty: 1, frequencyPenalty: 0.5, repeatPenalty: 1.2 },
};

vi.setConfig({ testTimeout: 2 * LIMIT_MS });

describe.each(Object.entries(kinds))("sampling from %s", (_, sampling) => {
  test("gives the same text for a seed, another for another, with one thread or two", () => {
    const requests = [1, 1, 2].map((seed) => ({ sampling: { ...sampling, seed } }));
    const [first, again, other] = generate(requests);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(generate(requests, { threads: 2 })).toEqual([first, again, other]);
  });
});

test("requests without a seed differ", () => {
  const [first, second] = generate([{ sampling: { temperature: 1 } }, { sampling: { temperature: 1 } }]);
  expect(second).not.toBe(first);
});

test("a bias forbids a token", () => {
  const [free] = generate([{ maxTokens: 1 }]);
  const biases = Array.from({ length: 4095 }, (_, token) => [token, -100]);
  const [forced, same] = generate([{ maxTokens: 1, sampling: { logitBias: biases } }, { maxTokens: 1 }]);
  expect(forced).not.toBe(free);
  expect(same).toBe(free);
});

test("greedy texts are the same sampled in the model's graph", () => {
  const requests = [{}, { prompt: { kind: "text", text: "The king" } }, { sampling: { repeatPenalty: 1.3 } }];
  expect(generate(requests, { backendSampling: "on" })).toEqual(generate(requests));
});
