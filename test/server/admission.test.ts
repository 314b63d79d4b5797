import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Admission, type Ticket } from "../../src/server/admission.js";

const SLOTS = 2;
const limits = { waiting: 3, waitingBytes: 100, waitSeconds: 5, prioritySeconds: 1 };

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

function enter(name: string, bytes = 1, priority = 0): Ticket {
  const ticket = admission.enter({
    bytes,
    priority,
    admit: () => events.push(`${name} in`),
    refuse: (reason) => events.push(`${name} ${reason}`),
  });
  if (typeof ticket === "string") throw new Error(ticket);
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
