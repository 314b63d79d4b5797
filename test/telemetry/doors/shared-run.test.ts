import { expect, it } from "vitest";
import { sharedRun } from "../../../src/telemetry/doors/shared-run.js";

/** Runs that end when told to. */
function openRuns() {
  const runs: PromiseWithResolvers<number>[] = [];
  const ask = sharedRun(() => {
    const run = withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  return { runs, ask };
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: Error) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => ([resolve, reject] = [onResolve, onReject]));
  return { promise, resolve, reject };
}

it("gives those who ask during a run the next one, together", async () => {
  const { runs, ask } = openRuns();
  const first = ask();
  const later = [ask(), ask(), ask()];
  expect(runs).toHaveLength(1);
  runs[0]!.resolve(1);
  expect(await first).toBe(1);
  await new Promise(setImmediate);
  expect(runs).toHaveLength(2);
  runs[1]!.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
});

it("never runs twice at once, whenever it is asked", async () => {
  const { runs, ask } = openRuns();
  const first = ask();
  const second = ask();
  runs[0]!.resolve(1);
  await first;
  const third = ask();
  await new Promise(setImmediate);
  expect(runs).toHaveLength(2);
  runs[1]!.resolve(2);
  await second;
  await new Promise(setImmediate);
  for (const run of runs) run.resolve(3);
  expect([2, 3]).toContain(await third);
});

it("goes on after a run that failed", async () => {
  const { runs, ask } = openRuns();
  const [first, second] = [ask(), ask()];
  runs[0]!.reject(new Error("no"));
  await expect(first).rejects.toThrow("no");
  await new Promise(setImmediate);
  runs[1]!.resolve(2);
  expect(await second).toBe(2);
  const third = ask();
  runs[2]!.resolve(3);
  expect(await third).toBe(3);
});
