import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { LineSink, openForLines } from "../../src/server/line-sink.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-lines-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const CLOSE_MS = 10_000;

/** A pipe's writing end for a sink, and its reading end, which does not block. */
function fifo(name: string): { file: string; reader: number } {
  const file = join(folder, name);
  expect(spawnSync("mkfifo", [file]).status).toBe(0);
  return { file, reader: openSync(file, constants.O_RDONLY | constants.O_NONBLOCK) };
}

function drops() {
  let count = 0;
  return { add: (lines: number) => (count += lines), get: () => count };
}

/** Everything that the pipe holds now. */
function readAll(reader: number): string {
  const bytes = Buffer.alloc(1 << 20);
  let text = "";
  for (;;) {
    try {
      const count = readSync(reader, bytes);
      if (count === 0) return text;
      text += bytes.toString("utf8", 0, count);
    } catch {
      return text;
    }
  }
}

test("lines come whole and in order, those that were waiting at the end among them", async () => {
  const file = join(folder, "order");
  const dropped = drops();
  const sink = new LineSink(openForLines(file), dropped.add);
  const lines = Array.from({ length: 5000 }, (_, i) => `${i} ${"ü".repeat(i % 97)}\n`);
  for (const line of lines) sink.write(line);
  await sink.close(CLOSE_MS);
  expect(readFileSync(file, "utf8")).toBe(lines.join(""));
  expect(dropped.get()).toBe(0);
});

test("a file that exists is gone on with", async () => {
  const file = join(folder, "append");
  for (const line of ["a\n", "b\n"]) {
    const sink = new LineSink(openForLines(file), () => expect.unreachable());
    sink.write(line);
    await sink.close(CLOSE_MS);
  }
  expect(readFileSync(file, "utf8")).toBe("a\nb\n");
});

test("a full disk takes nothing, and each line is counted", async () => {
  const dropped = drops();
  const sink = new LineSink(openForLines("/dev/full"), dropped.add);
  for (let i = 0; i < 1000; i++) sink.write(`${i}\n`);
  await vi.waitFor(() => expect(dropped.get()).toBe(1000));
  sink.write("more\n");
  await sink.close(CLOSE_MS);
  expect(dropped.get()).toBe(1001);
});

test("a pipe nobody reads holds up to the limit, and what comes after is dropped and counted", async () => {
  const { file, reader } = fifo("unread");
  const dropped = drops();
  const sink = new LineSink(openForLines(file), dropped.add, 100_000);
  const line = `${"x".repeat(999)}\n`;
  for (let i = 0; i < 1000; i++) sink.write(line);
  expect(dropped.get()).toBe(900);
  let text = "";
  await vi.waitFor(() => {
    text += readAll(reader);
    expect(text.length).toBe(100_000);
  });
  await sink.close(CLOSE_MS);
  expect(text).toBe(line.repeat(100));
  expect(dropped.get()).toBe(900);
  closeSync(reader);
});

test("closing gives up on a pipe that nobody reads", async () => {
  const { file, reader } = fifo("stuck");
  const dropped = drops();
  const sink = new LineSink(openForLines(file), dropped.add);
  sink.write(`${"x".repeat(1 << 20)}\n`);
  await sink.close(50);
  closeSync(reader);
  await vi.waitFor(() => expect(dropped.get()).toBe(1));
});

test("after a line that broke off with its reader, the next reader gets whole lines", async () => {
  const { file, reader } = fifo("torn");
  const dropped = drops();
  const sink = new LineSink(openForLines(file), dropped.add);
  sink.write(`${"x".repeat(1 << 20)}\n`);
  let begun = "";
  await vi.waitFor(() => expect((begun += readAll(reader)).length).toBeGreaterThan(1000));
  closeSync(reader);
  await vi.waitFor(() => expect(dropped.get()).toBe(1));
  const next = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  sink.write("whole\n");
  await sink.close(CLOSE_MS);
  expect(readAll(next)).toMatch(/^x*\nwhole\n$/);
  expect(dropped.get()).toBe(1);
  closeSync(next);
});

test("a closed sink drops", async () => {
  const dropped = drops();
  const sink = new LineSink(openForLines(join(folder, "closed")), dropped.add);
  await sink.close(CLOSE_MS);
  await sink.close(CLOSE_MS);
  sink.write("late\n");
  expect(dropped.get()).toBe(1);
});
