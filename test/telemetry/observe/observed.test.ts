import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, expectTypeOf, it } from "vitest";
import { observed, observedStream } from "../../../src/telemetry/index.js";
import { ROOT } from "../fixture.js";
import type { decoratedEngine } from "../programs/decorated-engine.js";
import { recordedMeters } from "../recorded-meters.js";

async function compileEngine(): Promise<typeof decoratedEngine> {
  const source = readFileSync(join(ROOT, "test/telemetry/programs/decorated-engine.ts"), "utf8");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const folder = join(ROOT, "build/test-decorators");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "decorated-engine.mjs");
  writeFileSync(file, outputText);
  const compiled = (await import(file)) as { decoratedEngine: typeof decoratedEngine };
  return compiled.decoratedEngine;
}

const shared = recordedMeters();
const Engine = (await compileEngine())({ observed, observedStream }, shared);
const own = recordedMeters();
const outcomes = recordedMeters(["ok", "timeout", "broken"]);
const engine = new Engine(own, outcomes);

it("a decorated method keeps its type, name and this, and is recorded in shared meters", () => {
  expectTypeOf<(typeof engine)["triple"]>().toEqualTypeOf<(value: number) => number>();
  expect(engine.triple(2)).toBe(6);
  expect(Reflect.get(engine, "triple")).toHaveProperty("name", "triple");
  expect(shared.outcomes()).toEqual({ ok: 1 });
});

it("a decorated async method is recorded in its instance's meters", async () => {
  const others = recordedMeters();
  expect(await engine.load("model")).toBe("model 3");
  expect(await new Engine(others, outcomes).load("other")).toBe("other 3");
  expect([own.outcomes(), others.outcomes()]).toEqual([{ ok: 1 }, { ok: 1 }]);
});

it("a decorated method's failures are classified as the user says", async () => {
  await expect(engine.fail("late")).rejects.toBe("late");
  await expect(engine.fail("bad")).rejects.toBe("bad");
  expect(outcomes.outcomes()).toEqual({ timeout: 1, broken: 1 });
});

it("a decorated method works where its meters cannot be had", () => {
  expect(engine.identity("same")).toBe("same");
});

it("a decorated generator is recorded from the call to the end", async () => {
  const meters = recordedMeters();
  const stream = new Engine(meters, outcomes).generate(3);
  expectTypeOf(stream).toEqualTypeOf<AsyncGenerator<string, number>>();
  for await (const text of stream) expect(text).toBe("ab");
  expect(meters.tokens.total).toBe(6);
  expect(meters.timeToFirstToken.seconds).toHaveLength(1);
  expect(meters.interTokenLatency.seconds).toHaveLength(4);
  expect(meters.outcomes()).toEqual({ ok: 1 });
  for await (const word of Engine.words()) expect(word).toBe("word");
  expect(shared.tokens.total).toBe(1);
});

it("a decorated generator ends with the signal among its arguments", async () => {
  const meters = recordedMeters();
  const controller = new AbortController();
  await new Engine(meters, outcomes).generate(3, controller.signal).next();
  controller.abort();
  expect(meters.outcomes()).toEqual({ abort: 1 });
  expect(meters.inFlight.now).toBe(0);
});

it("a method whose instance has no meters, or whose signal is none, runs as it is", async () => {
  const none = () => undefined as never;
  const context = {} as ClassMethodDecoratorContext;
  expect(observed(none)(() => 7, context)()).toBe(7);
  async function* words() {
    yield await Promise.resolve("word");
  }
  const meters = recordedMeters();
  const signalOf = () => ({}) as AbortSignal;
  for (const decorate of [observedStream(none), observedStream(meters, { signalOf })])
    for await (const word of decorate(words, context)()) expect(word).toBe("word");
  expect(meters.outcomes()).toEqual({ ok: 1 });
});
