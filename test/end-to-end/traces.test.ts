import { afterEach, beforeEach, expect, test } from "vitest";
import { Collector, timesOf, valuesOf } from "../server/tracing/collector.js";
import { TachoServer } from "./tacho-server.js";

let collector: Collector;
let server: TachoServer;
beforeEach(async () => {
  collector = await Collector.start();
  server = await TachoServer.start("--trace-endpoint", collector.tracesUrl);
});
afterEach(async () => {
  await server.end();
  collector.close();
});

test("the phases of a request follow each other, on one clock with the engine", async () => {
  const stream = await server.openai.chat.completions.create({
    model: server.model,
    messages: [{ role: "user", content: "Count to 20." }],
    max_completion_tokens: 20,
    stream: true,
  });
  for await (const chunk of stream) expect(chunk.object).toBe("chat.completion.chunk");
  await server.end();
  const [{ root, phases }] = collector.trees() as [ReturnType<Collector["trees"]>[0]];
  const names = ["queue", "assemble", "prefill", "decode", "stream"];
  expect(Object.keys(phases).sort()).toEqual([...names].sort());
  const [rootStart, rootEnd] = timesOf(root);
  let last = rootStart;
  for (const name of names.slice(0, 4)) {
    const [start, end] = timesOf(phases[name]!);
    expect(start).toBeGreaterThanOrEqual(last);
    expect(end).toBeGreaterThan(start);
    last = end;
  }
  const [streamStart, streamEnd] = timesOf(phases["stream"]!);
  expect(streamStart).toBeGreaterThanOrEqual(timesOf(phases["prefill"]!)[1]);
  expect(streamEnd).toBe(rootEnd);
  expect(last).toBeLessThanOrEqual(rootEnd);
  expect(valuesOf(root)).toMatchObject({ "gen_ai.usage.output_tokens": 20 });
});

test("a prompt that the engine refuses has no phases beyond it", async () => {
  const messages = [{ role: "user" as const, content: "x ".repeat(4000) }];
  const refused = server.openai.chat.completions.create({ model: server.model, messages });
  await expect(refused).rejects.toMatchObject({ status: 400 });
  await server.end();
  const [{ root, phases }] = collector.trees() as [ReturnType<Collector["trees"]>[0]];
  expect(valuesOf(root)["error.type"]).toBe("context_length_exceeded");
  expect(phases).not.toHaveProperty("prefill");
  expect(phases).not.toHaveProperty("decode");
});
