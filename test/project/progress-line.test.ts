import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test, vi } from "vitest";

interface Exports {
  withProgressLine: (label: string, work: () => Promise<void>, progress?: () => string) => Promise<void>;
}
const { withProgressLine } = (await import(
  pathToFileURL(resolve("scripts/progress-line.mjs")).href
)) as Exports;

const { isTTY } = process.stderr;
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
});

/** What a screen or a log shows of 40 s of work. */
async function shown(screen: boolean, progress?: () => string): Promise<string> {
  vi.useFakeTimers();
  process.stderr.isTTY = screen;
  let text = "";
  vi.spyOn(process.stderr, "write").mockImplementation((part) => {
    text += part as string;
    return true;
  });
  let end = () => {};
  const ended = withProgressLine("building", () => new Promise<void>((done) => (end = done)), progress);
  vi.advanceTimersByTime(40_000);
  end();
  await ended;
  return text;
}

test("a screen counts, with how far the work is", async () => {
  expect(await shown(true)).toContain("\rbuilding … 39 s\rbuilding … 40 s");
  expect(await shown(true, () => "42 %")).toContain("\rbuilding … 42 %, 40 s\rbuilding … 40 s\x1b[K\n");
});

test("a log shows a dot, or how far the work is where that changed", async () => {
  expect(await shown(false)).toBe("building … . . . . 40 s\n");
  const steps = ["", "1 %", "1 %", "7 %"];
  expect(await shown(false, () => steps.shift()!)).toBe("building … . 1 % . 7 % 40 s\n");
});
