import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newSegmentPath, sweepStaleSegments } from "../../../src/telemetry/index.js";

let folder: string;
let living: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-sweep-"));
  living = spawn("sleep", ["60"]);
});
afterEach(() => {
  living.kill();
  rmSync(folder, { recursive: true });
});

async function pidOfTheDead(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid!;
}

describe("sweeping stale segments", () => {
  it("removes those of processes that have ended, and nothing else", async () => {
    const dead = await pidOfTheDead();
    const own = basename(newSegmentPath());
    const of = (pid: number) => own.replace(`-${process.pid}-`, `-${pid}-`);
    const kept = [
      own,
      of(living.pid!),
      // Nobody may signal it without being root: it lives all the same.
      of(1),
      // Counted in another namespace, where it may live.
      of(dead).replace(/-(\d+)-([0-9a-f]+)$/, "-1$1-$2"),
      `${of(dead)}.hold`,
      of(dead).slice(0, -1),
      of(dead).replace("tacho", "other"),
      `tacho-${dead}-notes`,
    ];
    for (const name of [...kept, of(dead)]) writeFileSync(join(folder, name), "");
    sweepStaleSegments(folder);
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
  });

  it("does not mind a folder that does not exist", () => {
    sweepStaleSegments(join(folder, "none"));
  });
});
