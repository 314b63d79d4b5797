import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeRandomModel } from "../../models/random/random-model.mjs";
import type { EmbedderInfo } from "../../src/engine/native-engine.js";

const PROGRAM = fileURLToPath(new URL("programs/embedder.mjs", import.meta.url));

interface Outcome {
  info: EmbedderInfo;
  vectors: number[][];
  tokens: number[];
  tooLong: object;
  farTooLong: object;
  noToken: object;
  noInput: string;
  finishedAfterClose: number;
  closed: string;
  scores: number[];
  documentTokens: number[];
  wrongUse: { message: string };
  wrongModel: { message: string };
}

// What the vectors are worth is tested in native/engine/llama/tests; here is the way to JavaScript and back.
describe("an embedder", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tacho-embedder-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let outcome: Outcome;

  beforeAll(async () => {
    const files = ["bert", "bert-rank"].map((name) => path.join(folder, `${name}.gguf`));
    await writeRandomModel(files[0] as string, { architecture: "bert" });
    await writeRandomModel(files[1] as string, { architecture: "bert-rank" });
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...files], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
    outcome = JSON.parse(stdout) as Outcome;
  });

  test("gives a vector and a token count for each text or token list", () => {
    const [cat, figures, again] = outcome.vectors;
    expect(outcome.vectors.map((vector) => vector.length)).toEqual([512, 512, 512, 512]);
    expect(cat?.every((number, i) => Math.abs(number - (again?.[i] ?? NaN)) < 1e-2)).toBe(true);
    expect(figures).not.toEqual(cat);
    expect(outcome.tokens[3]).toBe(3);
    expect(outcome.tokens[0]).toBe(outcome.tokens[2]);
  });

  test("refuses a text that can never fit by its bytes", () => {
    expect(outcome.farTooLong).toEqual({
      code: "context_length_exceeded",
      input: 0,
      message: expect.stringMatching(/^the input has 3000000 bytes; at most \d+ are read/) as string,
    });
  });

  test("refuses what is no token id, or neither text nor tokens", () => {
    expect(outcome.noToken).toMatchObject({ code: "invalid_prompt", input: 0 });
    expect(outcome.noInput).toBe("engine.node: expected 'inputs[1]' to be a string or an array of token ids");
  });

  test("names the input that is too long", () => {
    expect(outcome.tooLong).toEqual({
      code: "context_length_exceeded",
      input: 1,
      message: expect.stringMatching(
        /^the input has \d+ tokens; at most 128 fit in this model's context$/,
      ) as string,
    });
  });

  test("finishes what runs when it is closed, and takes no more", () => {
    expect(outcome.finishedAfterClose).toBe(8);
    expect(outcome.closed).toBe("engine.node: the embedder is closed");
  });

  test("scores documents when its model ranks", () => {
    expect(outcome.info).toMatchObject({ kind: "rerank", contextSize: 128, backend: "cpu" });
    expect(new Set(outcome.scores).size).toBe(2);
    expect(outcome.documentTokens.every((count) => count > 2)).toBe(true);
    expect(outcome.wrongUse.message).toBe("expected an embedding model, received a rerank model");
  });

  test("says why a model cannot be loaded", () => {
    expect(outcome.wrongModel.message).toContain("/nowhere.gguf");
  });
});
