import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi, type MockInstance } from "vitest";
import { observeStream, type Outcome } from "../../../src/telemetry/index.js";
import { emitTelemetry, ROOT } from "../fixture.js";
import { BROKEN_METERS, recordedMeters, type RecordedMeters } from "../recorded-meters.js";

/** Milliseconds of `performance.now()`, which these tests advance. */
let now: number;
let clock: MockInstance<() => number>;
let meters: RecordedMeters<Outcome>;
beforeEach(() => {
  now = 1000;
  meters = recordedMeters();
  clock = vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** Yields each item after its delay in milliseconds. */
async function* delayed<T>(...items: [delay: number, item: T][]): AsyncGenerator<T, string> {
  for (const [delay, item] of items) {
    await Promise.resolve();
    now += delay;
    yield item;
  }
  now += 100;
  return "all";
}

async function readAll<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

async function readOne<T>(stream: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of stream) return item;
  return undefined;
}

function fail(error: unknown): never {
  throw error;
}

const bad = new Error("bad");

describe("the times of a stream", () => {
  it("are the first token's, those between tokens and the whole's, from the call", async () => {
    const stream = observeStream(meters, delayed([250, "a"], [500, "b"], [125, "c"]));
    now += 1000;
    expect(await readAll(stream)).toEqual(["a", "b", "c"]);
    expect(meters.timeToFirstToken.seconds).toEqual([1.25]);
    expect(meters.interTokenLatency.seconds).toEqual([0.5, 0.125]);
    expect(meters.duration.seconds).toEqual([1.975]);
    expect(meters.tokens.total).toBe(3);
    expect(meters.outcomes()).toEqual({ ok: 1 });
  });

  it("count from startedAt where it is given", async () => {
    await readAll(observeStream(meters, delayed([250, "a"]), { startedAt: 500 }));
    expect(meters.timeToFirstToken.seconds).toEqual([0.75]);
    expect(meters.duration.seconds).toEqual([0.85]);
  });

  it("count each token of an item once, and take items without tokens for none", async () => {
    const source = delayed([10, 0], [240, 2], [10, 0], [365, 3], [50, 1]);
    await readAll(observeStream(meters, source, { tokensOf: (n) => n }));
    expect(meters.timeToFirstToken.seconds).toEqual([0.25]);
    expect(meters.interTokenLatency.seconds).toEqual([0.125, 0.125, 0.125, 0.05]);
    expect(meters.tokens.total).toBe(6);
  });

  it.each([NaN, -1, 1.5, Infinity, "2"])("take a count of %s for no tokens", async (n) => {
    await readAll(observeStream(meters, delayed([1, "a"]), { tokensOf: () => n as number }));
    expect(meters.tokens.total).toBe(0);
    expect(meters.timeToFirstToken.seconds).toEqual([]);
  });

  it("bound the work for an item that claims countless tokens", async () => {
    await readAll(observeStream(meters, delayed([1, 1], [1, 2 ** 50]), { tokensOf: (n) => n }));
    expect(meters.interTokenLatency.seconds).toHaveLength(1024);
    expect(meters.tokens.total).toBe(1 + 2 ** 50);
  });

  it("read the clock once an item", async () => {
    const items = Array.from({ length: 100 }, (): [number, string] => [1, "a"]);
    await readAll(observeStream(meters, delayed(...items)));
    // The call, the first next() and the end read it as well.
    expect(clock).toHaveBeenCalledTimes(103);
  });
});

describe("what is read", () => {
  it("is what the source gives, whatever it is", async () => {
    const { ReadableStream } = await import("node:stream/web");
    const items = ["a", "b"];
    const list = [...items];
    const bare = { next: async () => Promise.resolve({ value: list.shift()!, done: list.length === 0 }) };
    list.push("end");
    const readable = new ReadableStream<string>({
      start(controller) {
        for (const item of items) controller.enqueue(item);
        controller.close();
      },
    });
    for (const source of [delayed([1, "a"], [1, "b"]), bare, readable])
      expect(await readAll(observeStream(meters, source))).toEqual(items);
    expect(meters.outcomes()).toEqual({ ok: 3 });
  });

  it("is the very result objects, also what next() sends and what the end returns", async () => {
    async function* echo(): AsyncGenerator<string, number, string> {
      const sent = yield await Promise.resolve("first");
      yield sent;
      return 7;
    }
    async function* outer() {
      return yield* observeStream(meters, echo());
    }
    const stream = outer();
    await stream.next("ignored");
    expect(await stream.next("sent")).toEqual({ value: "sent", done: false });
    expect(await stream.next("")).toEqual({ value: 7, done: true });
    expectTypeOf(observeStream(meters, echo())).toEqualTypeOf<AsyncGenerator<string, number, string>>();
  });

  it("locks a ReadableStream only once it is read", async () => {
    const { ReadableStream } = await import("node:stream/web");
    const readable = new ReadableStream<string>();
    observeStream(meters, readable);
    expect(readable.locked).toBe(false);
    await readable.cancel();
  });

  it("is not changed by meters or options that throw", async () => {
    const options = { tokensOf: () => fail(bad), classify: () => fail(bad) };
    expect(await readAll(observeStream(BROKEN_METERS, delayed([1, "a"])))).toEqual(["a"]);
    expect(await readAll(observeStream(meters, delayed([1, "a"]), options))).toEqual(["a"]);
    const failing = { next: async () => Promise.resolve(fail(bad)) };
    await expect(observeStream(BROKEN_METERS, failing).next()).rejects.toBe(bad);
    await expect(observeStream(meters, failing, options).next()).rejects.toBe(bad);
    expect(meters.outcomes()).toEqual({ ok: 1, error: 1 });
  });

  it("must be a stream", () => {
    expect(() => observeStream({}, 7 as never)).toThrow(
      "Expected an async iterable or an object with next() for source but received 7.",
    );
    expect(() => observeStream(undefined as never, delayed())).toThrow("Expected an object of meters");
    expect(() => observeStream({}, delayed(), { signal: {} as AbortSignal })).toThrow(
      "Expected an AbortSignal",
    );
  });
});

describe("a stream ends once", () => {
  async function* failing(error: unknown) {
    yield await Promise.resolve("a");
    throw error;
  }

  it("by the source's error, which passes unchanged", async () => {
    const abort = new DOMException("gone", "AbortError");
    for (const error of [bad, abort])
      await expect(readAll(observeStream(meters, failing(error)))).rejects.toBe(error);
    expect(meters.outcomes()).toEqual({ error: 1, abort: 1 });
    expect(meters.inFlight).toEqual({ now: 0, highest: 1 });
  });

  it("by a next() that throws instead of rejecting", () => {
    const stream = observeStream(meters, { next: () => fail(bad) });
    expect(() => stream.next()).toThrow(bad);
    expect(meters.outcomes()).toEqual({ error: 1 });
  });

  const unreadable = Object.defineProperty({}, "done", { get: () => fail(bad) });
  it.each([
    ["a number", 5],
    ["null", null],
    ["nothing", undefined],
    ["an object that throws", unreadable],
  ])("by a source whose result is %s", async (_, result) => {
    const stream = observeStream(meters, { next: () => Promise.resolve(result as never) });
    await expect(stream.next()).rejects.toThrow();
    expect(meters.outcomes()).toEqual({ error: 1 });
    expect(meters.inFlight.now).toBe(0);
  });

  it("by a source that cannot be opened", async () => {
    const { ReadableStream } = await import("node:stream/web");
    const readable = new ReadableStream<string>();
    readable.getReader();
    await expect(Promise.resolve().then(() => observeStream(meters, readable).next())).rejects.toThrow(
      "locked",
    );
    expect(meters.outcomes()).toEqual({ error: 1 });
  });

  it("by a consumer that breaks, and closes the source", async () => {
    let isClosed = false;
    async function* source() {
      try {
        for (;;) yield await Promise.resolve("a");
      } finally {
        isClosed = true;
      }
    }
    await readOne(observeStream(meters, source()));
    expect(isClosed).toBe(true);
    expect(meters.outcomes()).toEqual({ abort: 1 });
  });

  it("by the first of two return()s, also of a source that has none", async () => {
    const source = { next: async () => Promise.resolve({ value: "a", done: false }) };
    const stream = observeStream(meters, source);
    await stream.next();
    expect(await stream.return("left")).toEqual({ value: "left", done: true });
    expect(await stream.return("left")).toEqual({ value: "left", done: true });
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    expect(meters.outcomes()).toEqual({ abort: 1 });
    expect(meters.inFlight.now).toBe(0);
  });

  it("by return() while an item is awaited, though the source never answers", () => {
    async function* silent() {
      yield await new Promise<string>(() => undefined);
    }
    const stream = observeStream(meters, silent());
    void stream.next();
    void stream.return(undefined);
    expect(meters.outcomes()).toEqual({ abort: 1 });
    expect(meters.inFlight.now).toBe(0);
  });

  it("by the consumer's throw(), unless the source takes it and goes on", async () => {
    async function* patient() {
      try {
        yield await Promise.resolve("a");
      } catch {
        yield "recovered";
      }
    }
    const stream = observeStream(meters, patient());
    await stream.next();
    expect(await stream.throw(bad)).toEqual({ value: "recovered", done: false });
    expect(meters.outcomes()).toEqual({});
    await expect(stream.throw(bad)).rejects.toBe(bad);
    await expect(stream.throw(bad)).rejects.toBe(bad);
    expect(meters.outcomes()).toEqual({ error: 1 });
  });

  it("by the consumer's throw() into a source that knows none, which is closed", async () => {
    const source = {
      next: async () => Promise.resolve({ value: "a", done: false }),
      return: vi.fn(async () => Promise.resolve({ value: undefined, done: true })),
    };
    const stream = observeStream(meters, source);
    await stream.next();
    await expect(stream.throw(bad)).rejects.toBe(bad);
    expect(source.return).toHaveBeenCalledTimes(1);
    expect(meters.outcomes()).toEqual({ error: 1 });
  });

  it("by the end, whatever is called after it", async () => {
    const stream = observeStream(meters, delayed([1, "a"]));
    await readAll(stream);
    await stream.return("");
    await expect(stream.throw(bad)).rejects.toBe(bad);
    await (stream as unknown as AsyncDisposable)[Symbol.asyncDispose]();
    expect(meters.outcomes()).toEqual({ ok: 1 });
    expect(meters.duration.seconds).toHaveLength(1);
    expect(meters.inFlight.now).toBe(0);
  });

  it("by its signal while nobody reads, and is not recorded any further", async () => {
    const controller = new AbortController();
    const stream = observeStream(meters, delayed([1, "a"], [1, "b"]), { signal: controller.signal });
    await stream.next();
    controller.abort(bad);
    expect(meters.outcomes()).toEqual({ abort: 1 });
    expect(meters.inFlight.now).toBe(0);
    expect(await readAll(stream)).toEqual(["b"]);
    expect(meters.tokens.total).toBe(1);
    expect(meters.outcomes()).toEqual({ abort: 1 });
  });

  it("at once where its signal has aborted before", async () => {
    const stream = observeStream(meters, delayed([1, "a"]), { signal: AbortSignal.abort() });
    await stream.next();
    expect(meters.outcomes()).toEqual({ abort: 1 });
  });

  it("under the user's own outcome", async () => {
    const own = recordedMeters(["ok", "abort", "timeout", "broken"]);
    const classify = (error: unknown) => (error === "late" ? "timeout" : "broken");
    const controller = new AbortController();
    const stream = observeStream(own, delayed([1, "a"]), { classify, signal: controller.signal });
    await stream.next();
    controller.abort("late");
    await expect(readAll(observeStream(own, failing(bad), { classify }))).rejects.toBe(bad);
    await readOne(observeStream(own, delayed([1, "a"]), { classify }));
    expect(own.outcomes()).toEqual({ timeout: 1, broken: 1, abort: 1 });
    // @ts-expect-error there is no counter for timeout
    observeStream(meters, delayed([1, "a"]), { classify });
  });
});

describe("many streams of one signal", () => {
  it("end with it, without a warning of a leak", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    const controller = new AbortController();
    const streams = Array.from({ length: 50 }, () =>
      observeStream(meters, delayed([1, "a"]), { signal: controller.signal }),
    );
    for (const stream of streams) await stream.next();
    await readAll(streams[0]!);
    controller.abort();
    expect(meters.outcomes()).toEqual({ ok: 1, abort: 49 });
    expect(meters.inFlight.now).toBe(0);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe("a stream that is never read", () => {
  it("leaves no trace", async () => {
    const controller = new AbortController();
    const stream = observeStream(meters, delayed([1, "a"]), { signal: controller.signal });
    controller.abort();
    await stream.return("");
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    expect(meters.outcomes()).toEqual({});
    expect(meters.inFlight.highest).toBe(0);
  });
});

describe("a stream that is dropped half-read", () => {
  it("ends once the garbage collector has found it, and one that has ended is not kept", () => {
    const index = emitTelemetry(join(ROOT, "build/test-telemetry"));
    const program = join(ROOT, "test/telemetry/programs/dropped-stream.mjs");
    const { stdout } = spawnSync(process.execPath, ["--expose-gc", program, index], {
      encoding: "utf8",
      timeout: 30_000,
    });
    expect(stdout).toBe("200\n200\n");
  });
});
