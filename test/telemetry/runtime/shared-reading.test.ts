import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sharedReading } from "../../../src/telemetry/runtime/shared-reading.js";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

it("twenty scrapes a second share a reading, which never gets a second old", () => {
  let readings = 0;
  const shared = sharedReading(() => ++readings);
  for (let scrape = 0; scrape < 20; scrape++) {
    shared();
    shared();
    vi.advanceTimersByTime(50);
  }
  expect(readings).toBe(2);
  vi.advanceTimersByTime(950);
  expect(shared()).toBe(3);
});
