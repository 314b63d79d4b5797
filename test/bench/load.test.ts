import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Usage {
  promptTokens: number | null;
  cachedTokens: number | null;
  generatedTokens: number | null;
}

interface Stream {
  arrivals: number[];
  done: Promise<Usage | null>;
  onText: (() => void) | null;
  cancel(): void;
}

const { closedLoopPlan } = (await benchModule("load/closed-loop.mjs")) as {
  closedLoopPlan: (users: number, tokens: number, leastTokens?: number) => number[][];
};
const { poissonArrivals } = (await benchModule("load/open-loop.mjs")) as {
  poissonArrivals: (rate: number, seconds: number, seed: number) => number[];
};
interface Gap {
  start: number;
  end: number;
  ms: number;
}
const { gapsWithin, longestBySteps, stallFigures } = (await benchModule("serve/long-prompt.mjs")) as {
  gapsWithin: (stream: { arrivals: number[] }, from: number, to: number) => Gap[];
  longestBySteps: (gaps: Gap[], from: number, to: number, before: number, after: number) => number;
  stallFigures: (gaps: { ms: number }[]) => Record<string, number>;
};
const { msUntil } = (await benchModule("serve/recovery.mjs")) as {
  msUntil: (from: number, what: string, holds: () => Promise<boolean>, patience?: number) => Promise<number>;
};
const { openStream, runStream } = (await benchModule("load/stream.mjs")) as {
  openStream: (port: number, request: object) => Stream;
  runStream: (port: number, request: object) => Promise<{ usage: Usage }>;
};

const { latencyFigures } = (await benchModule("load/measured.mjs")) as {
  latencyFigures: (streams: object[]) => Record<string, number | null>;
};

describe("the figures of a load", () => {
  const stream = (arrivals: number[]) => ({
    startedAt: 10,
    endedAt: 40,
    arrivals,
    usage: { generatedTokens: 3 },
  });

  test("leave answers without text out of the TTFT, and tell how many there were", () => {
    const figures = latencyFigures([stream([15, 20]), stream([]), stream([17])]);
    expect(figures).toMatchObject({ tokens: 9, rate: 300, "streams without text": 1 });
    expect(figures).toMatchObject({ "TTFT ms p50": 5, "TTFT ms longest": 7, "gap ms longest": 5 });
  });

  test("have no TTFT when no answer brought text", () => {
    expect(latencyFigures([stream([])])).toMatchObject({ "streams without text": 1, "TTFT ms p50": null });
  });
});

describe("the plan of a closed loop", () => {
  test.each([1, 3, 16, 128])("gives each of %i users the same number of tokens", (users) => {
    const sums = closedLoopPlan(users, 100).map((answers) => answers.reduce((sum, count) => sum + count, 0));
    expect(sums).toHaveLength(users);
    expect(new Set(sums).size).toBe(1);
  });

  test("ends the users' first answers at different times", () => {
    const firsts = closedLoopPlan(16, 128).map(([first]) => first);
    expect(new Set(firsts).size).toBe(16);
  });

  test("has as many tokens as are asked for, and two answers of each user at least", () => {
    const tokensOf = (leastTokens: number) =>
      closedLoopPlan(4, 100, leastTokens)
        .flat()
        .reduce((sum, count) => sum + count, 0);
    expect([tokensOf(1), tokensOf(4000)]).toEqual([800, 4000]);
  });
});

describe("waiting for a state", () => {
  test("tells how long it took, and fails with what was expected when it does not come", async () => {
    let asked = 0;
    const took = await msUntil(performance.now(), "the third time", () => Promise.resolve(++asked === 3));
    expect(asked).toBe(3);
    expect(took).toBeGreaterThan(0);
    const never = msUntil(performance.now() - 10, "the impossible", () => Promise.resolve(false), 5);
    await expect(never).rejects.toThrow("Expected the impossible within 0.005 s.");
  });
});

test("Poisson arrivals are the same for the same seed, in order, and as many as their rate says", () => {
  const arrivals = poissonArrivals(50, 100, 7);
  expect(arrivals).toEqual(poissonArrivals(50, 100, 7));
  expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
  expect(Math.abs(arrivals.length / 5000 - 1)).toBeLessThan(0.05);
  expect(poissonArrivals(50, 100, 8)).not.toEqual(arrivals);
});

describe("the client", () => {
  let server: Server;
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  /** Answers with what `answer` writes. */
  async function listen(answer: (response: ServerResponse) => void): Promise<number> {
    server = createServer((request, response) => {
      request.resume();
      request.on("end", () => {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        answer(response);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  const event = (text: string) => `data: ${JSON.stringify({ choices: [{ text, finish_reason: null }] })}\n\n`;
  const usage = (completion_tokens: number) =>
    `data: ${JSON.stringify({ usage: { prompt_tokens: 4, completion_tokens } })}\n\ndata: [DONE]\n\n`;

  test("counts what comes at once as one arrival, and events without text as none", async () => {
    let respond: ServerResponse | undefined;
    const port = await listen((response) => {
      respond = response;
      response.write(event("a") + event("b"));
    });
    const stream = openStream(port, { prompt: [1], max_tokens: 3 });
    await new Promise<void>((resolve) => (stream.onText = resolve));
    respond!.end(event("") + usage(3));
    expect(await stream.done).toEqual({ promptTokens: 4, cachedTokens: null, generatedTokens: 3 });
    expect(stream.arrivals).toHaveLength(1);
  });

  test("refuses a stream that breaks off", async () => {
    const port = await listen((response) => response.end(event("a")));
    await expect(runStream(port, { max_tokens: 1 })).rejects.toThrow("A stream broke off");
  });

  test("refuses an answer of another length than it asked for", async () => {
    const port = await listen((response) => response.end(event("a") + usage(2)));
    await expect(runStream(port, { max_tokens: 3 })).rejects.toThrow("Expected 3 tokens but received 2.");
  });

  test("ends a stream that is cancelled without an error", async () => {
    const port = await listen((response) => response.write(event("a")));
    const stream = openStream(port, { max_tokens: 3 });
    await new Promise<void>((resolve) => (stream.onText = resolve));
    stream.cancel();
    expect(await stream.done).toBeNull();
  });
});

describe("gaps beside a long prompt", () => {
  test("are those that hold some of its time", () => {
    const gaps = gapsWithin({ arrivals: [0, 10, 20, 50, 60] }, 15, 55);
    expect(gaps.map(({ start, ms }) => [start, ms])).toEqual([
      [10, 10],
      [20, 30],
      [50, 10],
    ]);
  });

  test("are told by the step of their time, which grows", () => {
    const gaps = gapsWithin({ arrivals: [90, 120, 190, 260] }, 100, 200);
    expect(longestBySteps(gaps, 100, 200, 10, 10)).toBe(7);
    expect(longestBySteps(gaps, 100, 200, 10, 30)).toBeCloseTo(70 / 14);
  });

  test("are told by the longest, the 99th percentile and the median", () => {
    const gaps = Array.from({ length: 200 }, (_, i) => ({ ms: i + 1 }));
    expect(stallFigures(gaps)).toEqual({ longestMs: 200, p99Ms: 198, medianDuringMs: 100.5 });
  });
});
