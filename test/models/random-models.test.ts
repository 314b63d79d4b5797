import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readGgufFileInfo } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ARCHITECTURES,
  SHAPES,
  writeRandomAdapter,
  writeRandomModel,
  type ArchitectureName,
  type RandomModelOptions,
  type VocabularyOptions,
} from "../../models/random/random-model.mjs";

const PROGRAM = fileURLToPath(new URL("programs/use-models.mjs", import.meta.url));

const folder = mkdtempSync(path.join(tmpdir(), "tacho-random-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Task {
  file: string;
  use: "generate" | "embed" | "rank" | "describe";
  lora?: string;
}

async function write(name: string, options: RandomModelOptions): Promise<string> {
  const file = path.join(folder, `${name}.gguf`);
  await writeRandomModel(file, options);
  return file;
}

/** What llama.cpp makes of the tasks, in their order. */
function useModels(tasks: Task[]): unknown[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, JSON.stringify(tasks)], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as unknown[];
}

const names = Object.keys(ARCHITECTURES) as ArchitectureName[];
const USES: Partial<Record<ArchitectureName, Task["use"]>> = {
  bert: "embed",
  "bert-rank": "rank",
  "qwen3-embedding": "embed",
};
const generating = names.filter((name) => USES[name] === undefined);

describe("llama.cpp loads every architecture", () => {
  const results = new Map<string, unknown>();

  beforeAll(async () => {
    const tasks: (Task & { name: string })[] = [];
    for (const name of names) {
      const use = USES[name] ?? "generate";
      tasks.push({ name, use, file: await write(name, { architecture: name }) });
    }
    for (const type of ["f16", "f32", "q4_K_M"] as const) {
      tasks.push({ name: type, use: "generate", file: await write(type, { type }) });
    }
    const lora = path.join(folder, "adapter.gguf");
    await writeRandomAdapter(lora);
    tasks.push({ name: "adapter", use: "generate", file: path.join(folder, "llama.gguf"), lora });
    const answers = useModels(tasks);
    tasks.forEach(({ name }, index) => results.set(name, answers[index]));
  });

  test.each(generating)("%s generates text, and no special token", (name) => {
    expect(results.get(name)).toMatch(/^[a-z ]{48,}$/);
  });

  test("the weights of a seed are the same in f32, f16 and q8_0", () => {
    expect(results.get("f16")).toBe(results.get("llama"));
    expect(results.get("f32")).toBe(results.get("llama"));
  });

  test("q4_K_M generates text, too", () => {
    expect(results.get("q4_K_M")).toMatch(/^[a-z ]{48,}$/);
  });

  test("an adapter changes what its model generates", () => {
    expect(results.get("adapter")).toMatch(/^[a-z ]{48,}$/);
    expect(results.get("adapter")).not.toBe(results.get("llama"));
  });

  test.each(["bert", "qwen3-embedding"])("%s embeds equal texts alike and others differently", (name) => {
    const [one, same, other] = results.get(name) as number[][];
    expect(one).toHaveLength(SHAPES.tiny.embedding);
    expect(one?.every((value) => Number.isFinite(value))).toBe(true);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test("bert with a rank head scores documents", () => {
    const scores = results.get("bert-rank") as number[];
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
    expect(new Set(scores).size).toBe(2);
  });
});

describe("a vocabulary is what was asked for", () => {
  const CHATML = { addsBos: true, bos: "<s>", eos: "</s>", ends: ["</s>", "<|im_end|>"], hasTemplate: true };
  const CASES: { vocabulary: VocabularyOptions; seen: object }[] = [
    { vocabulary: { kind: "bpe" }, seen: CHATML },
    { vocabulary: { kind: "spm" }, seen: CHATML },
    { vocabulary: { kind: "bpe", bos: false }, seen: { ...CHATML, bos: null, addsBos: false } },
    { vocabulary: { kind: "spm", addBos: false }, seen: { ...CHATML, addsBos: false } },
    {
      vocabulary: { kind: "rwkv", endTokens: [], chatTemplate: null },
      seen: { bos: null, eos: null, addsBos: false, ends: [], hasTemplate: false },
    },
    {
      vocabulary: { endTokens: ["<|eot_id|>", "<|eom_id|>"] },
      seen: { ...CHATML, ends: ["</s>", "<|eot_id|>", "<|eom_id|>"] },
    },
  ];

  test("with the special tokens, the template and the ways of llama.cpp's tokenizers", async () => {
    const tasks: Task[] = [];
    for (const [index, { vocabulary }] of CASES.entries()) {
      const options = { shape: { ...SHAPES.tiny, layers: 1 }, vocabulary };
      tasks.push({ use: "describe", file: await write(`vocabulary-${index}`, options) });
    }
    const text = expect.stringContaining("Once upon a time there was a model.") as string;
    expect(useModels(tasks)).toEqual(CASES.map(({ seen }) => ({ ...seen, text })));
  });
});

test("the same options give the same bytes, another seed others", async () => {
  const [one, same, other] = await Promise.all([
    write("seed-1", { seed: 1 }),
    write("seed-1-again", { seed: 1 }),
    write("seed-2", { seed: 2 }),
  ]);
  expect(readFileSync(one).equals(readFileSync(same))).toBe(true);
  expect(readFileSync(one).equals(readFileSync(other))).toBe(false);
});

test("a draft model has its target's vocabulary and first layer", async () => {
  const target = await tensorsOf(await write("target", {}));
  const draft = await tensorsOf(await write("draft", { shape: "tiny-draft" }));
  expect(draft.size).toBeLessThan(target.size);
  for (const [name, bytes] of draft) expect(target.get(name)?.equals(bytes), name).toBe(true);
});

async function tensorsOf(file: string): Promise<Map<string, Buffer>> {
  const bytes = readFileSync(file);
  const { fullTensorInfo = [] } = await readGgufFileInfo(file);
  const begins = fullTensorInfo.map((tensor) => Number(tensor.fileOffset));
  return new Map(
    fullTensorInfo.map(({ name }, index) => [name, bytes.subarray(begins[index], begins[index + 1])]),
  );
}

const { tiny } = SHAPES;

test.each<[string, RandomModelOptions, string]>([
  ["type", { type: "q4_0" as "f16" }, "expected one of f32, f16, q8_0, q4_K_M, received q4_0"],
  ["seed", { seed: 0.5 }, "expected an integer, received 0.5"],
  ["architecture", { architecture: "gpt" as "llama" }, `expected one of ${names.join(", ")}, received gpt`],
  [
    "shape",
    { shape: "huge" as "tiny" },
    "expected one of tiny, small, llama-1b, llama-8b, llama-70b, tiny-draft, small-draft, received huge",
  ],
  ["shape.layers", { shape: { ...tiny, layers: 0 } }, "expected a positive integer, received 0"],
  ["shape.embedding", { shape: { ...tiny, heads: 7 } }, "expected a multiple of 7 heads, received 512"],
  [
    "vocabulary.size",
    { shape: { ...tiny, vocabulary: 200 } },
    "expected at least 260 tokens for bpe, received 200",
  ],
  [
    "vocabulary.kind",
    { vocabulary: { kind: "t5" as "bpe" } },
    "expected one of bpe, spm, wordpiece, rwkv, received t5",
  ],
  ["vocabulary.bos", { vocabulary: { kind: "spm", bos: false } }, "expected true for spm, received false"],
  [
    "tensor blk.0.ffn_down.weight",
    { shape: { ...tiny, feedForward: 100 } },
    "expected rows of a multiple of 32 for q8_0, received 100",
  ],
])("a wrong %s is refused in one line", async (name, options, message) => {
  await expect(writeRandomModel(path.join(folder, "refused.gguf"), options)).rejects.toThrow(
    `${name}: ${message}`,
  );
});
