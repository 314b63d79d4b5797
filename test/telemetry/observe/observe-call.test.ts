import { exec } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import { defineCatalog, observeCall, openTelemetry } from "../../../src/telemetry/index.js";
import { valueOf } from "../fixture.js";
import { BROKEN_METERS, recordedMeters } from "../recorded-meters.js";

function fail(error: unknown): never {
  throw error;
}

function caught(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe("observeCall", () => {
  it("keeps this, arguments, result, name, length, properties and type", () => {
    const owner = { factor: 3, triple };
    function triple(this: { factor: number }, value: number): number {
      return this.factor * value;
    }
    triple.note = "kept";
    owner.triple = observeCall(recordedMeters(), triple);
    expect(owner.triple(2)).toBe(6);
    expect([owner.triple.name, owner.triple.length, owner.triple.note]).toEqual(["triple", 1, "kept"]);
    expectTypeOf(owner.triple).toEqualTypeOf(triple);
  });

  it("measures a sync call, in flight while it runs", () => {
    const meters = recordedMeters();
    observeCall(meters, () => expect(meters.inFlight.now).toBe(1))();
    expect(meters.outcomes()).toEqual({ ok: 1 });
    expect(meters.inFlight.now).toBe(0);
    expect(meters.duration.seconds).toEqual([expect.any(Number)]);
  });

  it("measures an async call until its promise settles", async () => {
    const meters = recordedMeters();
    let resolve!: (value: string) => void;
    const result = observeCall(meters, () => new Promise<string>((r) => (resolve = r)))();
    expect([meters.inFlight.now, meters.outcomes()]).toEqual([1, {}]);
    resolve("done");
    expect(await result).toBe("done");
    expect([meters.inFlight.now, meters.outcomes()]).toEqual([0, { ok: 1 }]);
  });

  it("passes errors on unchanged and tells aborts from errors", async () => {
    const meters = recordedMeters();
    const abort = Object.assign(new Error("gone"), { name: "AbortError" });
    const coded = Object.assign(new Error("gone"), { code: "ABORT_ERR" });
    for (const error of [new Error("bad"), abort, coded, null]) {
      expect(caught(() => observeCall(meters, fail)(error))).toBe(error);
      await expect(observeCall(meters, async () => Promise.resolve(fail(error)))()).rejects.toBe(error);
    }
    expect(meters.outcomes()).toEqual({ error: 4, abort: 4 });
    expect(meters.inFlight).toEqual({ now: 0, highest: 1 });
  });

  it("takes the user's own outcomes", () => {
    const meters = recordedMeters(["ok", "full", "broken"]);
    const classify = (error: unknown) => ((error as Error).message === "full" ? "full" : "broken");
    const call = observeCall(meters, fail, { classify });
    for (const message of ["full", "other"]) expect(() => call(new Error(message))).toThrow(message);
    expect(meters.outcomes()).toEqual({ full: 1, broken: 1 });
  });

  it("does not compile where an outcome has no counter", () => {
    const { finished } = recordedMeters(["ok", "full"]);
    // @ts-expect-error abort and error are missing
    expect(() => observeCall({ finished }, () => 1)).not.toThrow();
    const classify = () => "broken" as const;
    // @ts-expect-error broken is missing
    expect(() => observeCall({ finished }, () => 1, { classify })).not.toThrow();
  });

  it("changes nothing where a meter or the classification throws", async () => {
    expect(observeCall(BROKEN_METERS, () => 7)()).toBe(7);
    expect(await observeCall(BROKEN_METERS, () => Promise.resolve(7))()).toBe(7);
    const meters = recordedMeters();
    const call = observeCall(meters, fail, { classify: () => fail(new Error("worse")) });
    expect(() => call(new Error("bad"))).toThrow("bad");
    expect(meters.outcomes()).toEqual({ error: 1 });
  });

  it("gives a promise's own properties and subclass back, and leaves lazy thenables alone", async () => {
    const meters = recordedMeters();
    const running = observeCall(meters, promisify(exec))("true");
    expect(running.child.pid).toBeGreaterThan(0);
    await running;

    class Cancelable<T> extends Promise<T> {
      cancel() {
        return "cancelled";
      }
    }
    const subclassed = observeCall(meters, () => new Cancelable<number>((resolve) => resolve(1)))();
    expect(subclassed.cancel()).toBe("cancelled");
    expect(await subclassed).toBe(1);

    let begun = 0;
    const query = { then: () => begun++ };
    expect(observeCall(meters, () => query)()).toBe(query);
    expect(begun).toBe(0);
    expect(meters.outcomes()).toEqual({ ok: 3 });
  });

  it("leaves a rejection that nobody handles reported", async () => {
    const error = new Error("nobody listens");
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const reported = new Promise((resolve) => process.once("unhandledRejection", resolve));
    void observeCall(recordedMeters(), () => Promise.reject(error))();
    expect(await reported).toBe(error);
    for (const listener of others) process.on("unhandledRejection", listener);
  });

  it("gives back what it cannot follow, and ends there", async () => {
    const meters = recordedMeters();
    const bare = Object.setPrototypeOf(Promise.resolve(1), null) as Promise<number>;
    expect(observeCall(meters, () => bare)()).toBe(bare);
    const nameless = Object.defineProperty(Promise.resolve(2), "constructor", { value: undefined });
    expect(await observeCall(meters, () => nameless)()).toBe(2);
    expect(meters.outcomes()).toEqual({ ok: 2 });
    expect(meters.inFlight.now).toBe(0);
  });

  it("refuses meters that are none, where it wraps", () => {
    expect(() => observeCall(undefined as never, () => 1)).toThrow(
      "Expected an object of meters but received undefined.",
    );
  });

  it("refuses what is no function", () => {
    expect(() => observeCall({}, 7 as never)).toThrow("Expected a function for fn but received 7.");
  });

  it("records into the handles of a catalog", async () => {
    const telemetry = openTelemetry(
      defineCatalog({
        duration: { type: "histogram", name: "d_seconds", help: "D.", labels: {}, bounds: [60] },
        running: { type: "gauge", name: "running", help: "R.", labels: {} },
        finished: {
          type: "counter",
          name: "f_total",
          help: "F.",
          labels: { outcome: ["ok", "error", "abort"] },
        },
      }),
    );
    const { duration, running, finished } = telemetry.metrics;
    const meters = {
      duration: duration.labels({}),
      inFlight: running.labels({}),
      finished: {
        ok: finished.labels({ outcome: "ok" }),
        error: finished.labels({ outcome: "error" }),
        abort: finished.labels({ outcome: "abort" }),
      },
    };
    await observeCall(meters, async () => Promise.resolve())();
    expect(await valueOf(telemetry, "d_seconds_count")).toBe(1);
    expect(await valueOf(telemetry, "running")).toBe(0);
    expect(await valueOf(telemetry, "f_total", { outcome: "ok" })).toBe(1);
    telemetry.close();
  });
});
