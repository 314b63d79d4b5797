import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Admission, type Applicant, type Ticket } from "../../src/server/admission.js";

const SLOTS = 2;
const limits = { waiting: 3, waitingBytes: 100, waitingTokens: 1000, waitSeconds: 5, prioritySeconds: 1 };

let events: string[];
let counts: { waiting: number; running: number };
let admission: Admission;

beforeEach(() => {
  vi.useFakeTimers();
  events = [];
  admission = new Admission(limits, (now) => (counts = now));
  admission.resume(SLOTS);
});
afterEach(() => vi.useRealTimers());

function enter(name: string, bytes = 1, priority = 0, more: Partial<Applicant> = {}): Ticket {
  const ticket = admission.enter({
    route: "/v1/completions",
    size: { bytes, tokens: 1, work: 0 },
    priority,
    ...more,
    admit: () => events.push(`${name} in`),
    refuse: ({ code }) => events.push(`${name} ${code}`),
  });
  if ("code" in ticket) throw new Error(ticket.code);
  return ticket;
}

const settled = () => vi.advanceTimersByTimeAsync(0);

describe("admission", () => {
  it("admits as many as there are slots, never while `enter` runs", async () => {
    enter("a");
    enter("b");
    enter("c");
    expect(events).toEqual([]);
    await settled();
    expect(events).toEqual(["a in", "b in"]);
    expect(counts).toEqual({ waiting: 1, running: 2 });
  });

  it("admits in order of arrival as slots come free, and a slot only once", async () => {
    const a = enter("a");
    const b = enter("b");
    enter("c");
    enter("d");
    await settled();
    b.release();
    b.release();
    expect(events).toEqual(["a in", "b in", "c in"]);
    a.release();
    expect(events.at(-1)).toBe("d in");
    expect(counts).toEqual({ waiting: 0, running: 2 });
  });

  it("lets no newcomer pass those who wait", async () => {
    admission.pause();
    enter("a");
    admission.resume(SLOTS);
    enter("b");
    await settled();
    expect(events).toEqual(["a in", "b in"]);
  });

  it("admits the highest priority first, and in order of arrival inside one", async () => {
    const running = [enter("a"), enter("b")];
    enter("low", 1, -1);
    enter("high", 1, 1);
    enter("high too", 1, 1);
    await settled();
    for (const ticket of running) ticket.release();
    expect(events.slice(2)).toEqual(["high in", "high too in"]);
  });

  it("admits one that has waited before a newcomer of a little more priority", async () => {
    const running = [enter("a"), enter("b")];
    enter("early");
    await vi.advanceTimersByTimeAsync(2500);
    enter("late", 1, 2);
    enter("urgent", 1, 3);
    for (const ticket of running) ticket.release();
    expect(events.slice(2)).toEqual(["urgent in", "early in"]);
  });

  it("admits as many as the engine has slots after a restart", async () => {
    const running = [enter("a"), enter("b")];
    enter("c");
    enter("d");
    await settled();
    admission.pause();
    for (const ticket of running) ticket.release();
    expect(counts).toEqual({ waiting: 2, running: 0 });
    admission.resume(1);
    expect(events.slice(2)).toEqual(["c in"]);
  });

  it("refuses what the queue has no place for, in requests and in bytes", () => {
    enter("a");
    enter("b");
    enter("c", 60);
    expect(() => enter("d", 41)).toThrow("queue_full");
    enter("d", 40);
    enter("e", 0);
    expect(() => enter("f", 0)).toThrow("queue_full");
    expect(counts).toEqual({ waiting: 3, running: 2 });
  });

  it("gives the bytes back of those who leave", () => {
    enter("a");
    enter("b");
    enter("c", 100).release();
    enter("d", 100);
    expect(counts.waiting).toBe(1);
  });

  it("takes who leaves out of the queue at once", async () => {
    const a = enter("a");
    enter("b");
    const c = enter("c");
    enter("d");
    await settled();
    c.release();
    a.release();
    expect(events).toEqual(["a in", "b in", "d in"]);
  });

  it("does not admit who left before its turn", async () => {
    enter("a").release();
    await settled();
    expect(events).toEqual([]);
    expect(counts).toEqual({ waiting: 0, running: 0 });
  });

  it("refuses who waited too long, and only then", async () => {
    enter("a");
    const b = enter("b");
    const c = enter("c");
    await vi.advanceTimersByTimeAsync(4999);
    enter("d");
    expect(counts.waiting).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual(["a in", "b in", "c queue_timeout"]);
    c.release();
    b.release();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events.slice(3)).toEqual(["d in"]);
  });

  it("keeps everybody waiting while it is paused", async () => {
    admission.pause();
    enter("a");
    const b = enter("b");
    await settled();
    expect(counts).toEqual({ waiting: 2, running: 0 });
    b.release();
    admission.resume(SLOTS);
    expect(events).toEqual(["a in"]);
  });

  it("once closed, admits those who wait and no newcomer", async () => {
    const a = enter("a");
    enter("b");
    enter("c");
    await settled();
    admission.close();
    expect(() => enter("d")).toThrow("draining");
    a.release();
    expect(events.at(-1)).toBe("c in");
  });
});

const ofTokens = (tokens: number) => ({ size: { bytes: 1, tokens, work: 0 } });

describe("a queue bounded in tokens", () => {
  beforeEach(() => {
    enter("a");
    enter("b");
  });

  it("refuses what would take it over the bound, and takes it when others have left", () => {
    const c = enter("c", 1, 0, ofTokens(600));
    expect(() => enter("d", 1, 0, ofTokens(401))).toThrow("queue_full");
    enter("d", 1, 0, ofTokens(400));
    c.release();
    enter("e", 1, 0, ofTokens(600));
    expect(counts.waiting).toBe(2);
  });

  it("takes the first to wait whatever its size, which fits no better later", () => {
    enter("c", 1, 0, ofTokens(5000));
    expect(() => enter("d")).toThrow("queue_full");
  });
});

/** Half a second of a slot's time for each unit of work. */
const SECONDS_A_UNIT = 0.5;
const ofWork = (work: number) => ({ size: { bytes: 1, tokens: 1, work } });

async function learn(requests: number): Promise<void> {
  for (let i = 0; i < requests; i++) {
    const ticket = enter("lesson", 1, 0, ofWork(2));
    await vi.advanceTimersByTimeAsync(2 * SECONDS_A_UNIT * 1000);
    ticket.release(true);
  }
  events = [];
}

describe("a wait that is too long", () => {
  it("is refused at once, with what it would be and what it may be", async () => {
    await learn(8);
    enter("a", 1, 0, ofWork(12));
    enter("b", 1, 0, ofWork(12));
    await vi.advanceTimersByTimeAsync(1000);
    // Both have five of their six seconds before them.
    const c = enter("c", 1, 0, ofWork(2));
    const refusal = admission.enter({
      ...ofWork(2),
      route: "/v1/completions",
      priority: 0,
      admit: vi.fn(),
      refuse: vi.fn(),
    });
    expect(refusal).toEqual({ code: "wait_too_long", wait: 5.5, limit: 5 });
    c.release();
    enter("d", 1, 0, ofWork(2));
    expect(counts).toEqual({ waiting: 1, running: 2 });
  });

  it("is not told as long as too few requests have ended", async () => {
    await learn(7);
    enter("a", 1, 0, ofWork(100));
    enter("b", 1, 0, ofWork(100));
    enter("c");
    expect(counts.waiting).toBe(1);
  });

  it("is not learnt from requests that did not do their work", async () => {
    await learn(8);
    for (let i = 0; i < 100; i++) enter("refused", 1, 0, ofWork(100)).release();
    enter("a", 1, 0, ofWork(12));
    enter("b", 1, 0, ofWork(12));
    expect(() => enter("c")).toThrow("wait_too_long");
  });

  it("is as short as the client's own time", async () => {
    await learn(8);
    enter("a", 1, 0, ofWork(4));
    enter("b", 1, 0, ofWork(4));
    expect(() => enter("c", 1, 0, { patience: 1.9 })).toThrow("wait_too_long");
    enter("c", 1, 0, { patience: 2 });
  });

  it("counts what was waited before, and only those ahead", async () => {
    await learn(8);
    enter("a", 1, 0, ofWork(4));
    enter("b", 1, 0, ofWork(4));
    enter("low", 1, 0, ofWork(8));
    expect(() => enter("c", 1, 0, { waited: 2 })).toThrow("wait_too_long");
    enter("high", 1, 1, { waited: 2 });
  });

  it("is unknown while the engine is away", async () => {
    await learn(8);
    enter("a", 1, 0, ofWork(100));
    admission.pause();
    enter("b");
    expect(counts.waiting).toBe(1);
  });
});

describe("requests that come together", () => {
  const size = (tokens = 1, bytes = 1) => ({ bytes, tokens, work: 1 });
  const many = (count: number, one = size()) => Array.from({ length: count }, () => one);

  it("are held by slots and queue, or could never be", () => {
    expect(admission.holds(many(5))).toBe(true);
    expect(admission.holds(many(6))).toBe(false);
    expect(admission.holds(many(4, size(500)))).toBe(true);
    expect(admission.holds(many(4, size(501)))).toBe(false);
    expect(admission.holds(many(3, size(5000)))).toBe(true);
    expect(admission.holds(many(4, size(1, 51)))).toBe(false);
  });

  it("are not judged while the engine is away", () => {
    admission.pause();
    expect(admission.holds(many(100))).toBe(true);
  });
});
