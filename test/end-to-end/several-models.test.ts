import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeRandomModel } from "../../models/random/random-model.mjs";
import { EventReader } from "./event-reader.js";
import { TachoServer, until } from "./tacho-server.js";

const MINI = "models/tacho-mini.gguf";
const folder = mkdtempSync(path.join(tmpdir(), "tacho-several-"));

/** Of each model 12 to 17 MB are loaded, with the KV cache of these flags: one fits, and not two. */
const FLAGS = ["--ctx-size", "2048", "--models-memory", "20"];

let server: TachoServer;
let openai: OpenAI;
beforeAll(async () => {
  const files = { vectors: "bert", ranks: "bert-rank", long: "qwen3-embedding" } as const;
  for (const [name, architecture] of Object.entries(files))
    await writeRandomModel(path.join(folder, `${name}.gguf`), {
      architecture,
      name: `Qwen3 Embedding ${name}`,
    });
  const models = [MINI, ...Object.keys(files).map((name) => `${name}=${path.join(folder, name)}.gguf`)];
  server = await TachoServer.start(...FLAGS, ...models.flatMap((model) => ["--model", model]));
  openai = server.openai;
});
afterAll(async () => {
  await server.end();
  rmSync(folder, { recursive: true });
});

async function post<T>(url: string, body: object): Promise<T> {
  const response = await fetch(server.url + url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as T;
}

async function loaded(): Promise<string[]> {
  const { data } = await openai.models.list();
  return data.filter((model) => "state" in model && model.state === "loaded").map(({ id }) => id);
}

const ask = async (content: string) =>
  (
    await openai.chat.completions.create({
      ...{
        model: server.model,
        messages: [{ role: "user", content }],
        temperature: 0,
        max_completion_tokens: 50,
      },
    })
  ).choices[0]!.message.content;

const embed = (input: string | string[] | number[], fields: object = {}) =>
  openai.embeddings.create({ model: "vectors", input, ...fields });

const rank = (documents: string[]) =>
  post<{ results: { index: number; relevance_score: number }[]; usage: { prompt_tokens: number } }>(
    "/v1/rerank",
    {
      ...{ model: "ranks", query: "where is the cat", documents },
    },
  );

const length = (vector: number[]) => Math.hypot(...vector);

test("models make way for each other, request after request", async () => {
  expect(server.output).toContain("besides  vectors, ranks, long");
  for (let round = 0; round < 3; round++) {
    expect(await ask("What is the capital of France?")).toContain("Paris");
    expect(await loaded()).toEqual([server.model]);
    expect((await embed("a cat")).data[0]!.embedding).toHaveLength(512);
    expect(await loaded()).toEqual(["vectors"]);
    expect((await rank(["the cat is here"])).results).toHaveLength(1);
    expect(await loaded()).toEqual(["ranks"]);
    expect(server.enginePids).toHaveLength(1);
    expect(await server.readiness()).toBe(200);
  }
  expect(await server.metrics()).toContain('tacho_model_size_bytes{model="ranks"}');
  expect(await server.metrics()).not.toMatch(
    /^tacho_(kv_cells|model_size_bytes)\{model="(tacho-mini|vectors)/m,
  );
  expect(await server.metric("tacho_engine_host_restarts_total")).toBe(0);
  expect(await server.metric("tacho_requests_total", 'model="vectors",outcome="stop"')).toBe(3);
});

test("a model that streams is not unloaded; those who want another wait until it has ended", async () => {
  const stream = new EventReader(
    await fetch(`${server.url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: "Once upon", max_tokens: 1500, ignore_eos: true, stream: true }),
    }),
  );
  await stream.until(3);
  const asked = Promise.all([embed("a cat"), embed("a dog")]);
  await until(
    "both wait",
    async () => (await server.metric("tacho_requests_waiting", 'model="vectors"')) === 2,
  );
  expect(await loaded()).toEqual([server.model]);
  await stream.ended;
  expect(stream.data).toHaveLength(1501);
  expect((await asked).map(({ data }) => data.length)).toEqual([1, 1]);
  expect(await loaded()).toEqual(["vectors"]);
});

describe("embeddings", () => {
  test("are the same as base64, which the client asks for itself, and as numbers", async () => {
    const input = ["a cat", "a dog", "a cat"];
    const base64 = await embed(input);
    const float = await embed(input, { encoding_format: "float" });
    const vectors = base64.data.map(({ embedding }) => embedding);
    expect(vectors).toEqual(float.data.map(({ embedding }) => embedding));
    for (const vector of vectors) expect(length(vector)).toBeCloseTo(1, 5);
    expect(vectors[0]).not.toEqual(vectors[1]);
    expect(base64.usage).toEqual(float.usage);
    expect(base64.usage.prompt_tokens).toBeGreaterThan(6);
  });

  test("of token ids are those of their text", async () => {
    const { tokens } = await post<{ tokens: number[] }>("/tokenize", {
      ...{ model: "vectors", content: "a cat", add_special: true },
    });
    const [text, ids] = [await embed("a cat"), await embed(tokens)];
    expect(ids.data).toEqual(text.data);
    expect(ids.usage.prompt_tokens).toBe(tokens.length);
  });

  test("are shortened to length 1 where the model's name allows it", async () => {
    const [whole, short] = [await embed("a cat"), await embed("a cat", { dimensions: 64 })];
    const start = whole.data[0]!.embedding.slice(0, 64);
    const vector = short.data[0]!.embedding;
    expect(length(vector)).toBeCloseTo(1, 5);
    vector.forEach((number, i) => expect(number).toBeCloseTo(start[i]! / length(start), 6));
  });

  test("of more inputs than one batch holds come in their order", async () => {
    const input = Array.from({ length: 200 }, (_, i) => `text ${i}`);
    const { data } = await embed(input);
    expect(data.map(({ index }) => index)).toEqual(input.map((_, i) => i));
    const alone = (await embed(input[150]!)).data[0]!.embedding;
    const far = Math.max(...data[150]!.embedding.map((number, i) => Math.abs(number - alone[i]!)));
    expect(far).toBeLessThan(1e-2); // The shape of a batch rounds q8_0 weights otherwise.
  });

  test("come from decoders too", async () => {
    const { data } = await openai.embeddings.create({ model: "long", input: "a cat" });
    expect(data[0]!.embedding).toHaveLength(512);
  });

  test("of what does not fit name the input", async () => {
    const refused = embed(["a cat", "x ".repeat(3000)]);
    await expect(refused).rejects.toMatchObject({
      status: 400,
      code: "context_length_exceeded",
      param: "input[1]",
    });
  });
});

test("documents are ranked by the model's own scores", async () => {
  const documents = ["the cat is here", "quarterly figures", "the cat"];
  const { results, usage } = await rank(documents);
  expect(results.map(({ index }) => index).sort()).toEqual([0, 1, 2]);
  const scores = results.map(({ relevance_score }) => relevance_score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(usage.prompt_tokens).toBeGreaterThan(20);
});

describe("text and tokens", () => {
  test.each(["Hello, world!", " two  spaces\n\tand a tab", "Grüße 🌍", "<|im_start|>user"])(
    "%j comes back as it was",
    async (content) => {
      const { tokens } = await post<{ tokens: number[] }>("/tokenize", { content });
      expect(await post("/detokenize", { tokens })).toEqual({ content });
      const { tokens: pieces } = await post<{ tokens: { piece: string | number[] }[] }>("/tokenize", {
        ...{ content, with_pieces: true },
      });
      const bytes = pieces.map(({ piece }) => Buffer.from(piece as string));
      expect(Buffer.concat(bytes).toString()).toBe(content);
    },
  );

  test("of a chat are what the chat route counts", async () => {
    const messages = [{ role: "user" as const, content: "What is tacho? <|im_end|>" }];
    const { count } = await post<{ count: number }>("/tokenize", { messages });
    const { usage } = await openai.chat.completions.create({
      ...{ model: server.model, messages, max_completion_tokens: 1 },
    });
    expect(count).toBe(usage!.prompt_tokens);
    const { prompt } = await post<{ prompt: string }>("/apply-template", { messages });
    expect(prompt).toBe("<|im_start|>user\nWhat is tacho? <|im_end|><|im_end|>\n<|im_start|>assistant\n");
  });
});
