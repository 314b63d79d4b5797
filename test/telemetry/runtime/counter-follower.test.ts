import { expect, it } from "vitest";
import { CounterFollower } from "../../../src/telemetry/runtime/counter-follower.js";

it("a follower counts what comes on top, and waits for a source that went back", () => {
  let total = 0;
  const follower = new CounterFollower({ cell: 0, inc: (n = 1) => void (total += n) }, 10);
  const totals = [10, 15, 12, 14, NaN, 18].map((seen) => {
    follower.follow(seen);
    return total;
  });
  expect(totals).toEqual([0, 5, 5, 5, 5, 8]);
});
