import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../bench/bench-module.js";

const FIGURES = join(ROOT, "build/test-fuzz.json");
/** Of the 200,000 that `npm run bench -- fuzz --requests 200000` sends, these. */
const RUN = ["--seed", "1", "--requests", "3000"];

test("3,000 requests that are wrong in some way are answered in words meant for clients, and leave nothing behind", () => {
  const main = join(ROOT, "bench/main.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "fuzz", ...RUN, "--json", FIGURES], {
    encoding: "utf8",
  });
  expect(status, stdout + stderr).toBe(0);
  const figures = JSON.parse(readFileSync(FIGURES, "utf8")) as {
    statuses: Record<string, number>;
    findings: unknown[];
    unrest: string[];
  };
  rmSync(FIGURES);
  expect(figures).toMatchObject({ answered: 3000, findings: [], unrest: [] });
  // Were nearly all of them refused at the door, they would tell little of what is behind it.
  // A third of the routes need another kind of model, or something that was kept.
  expect(figures.statuses["200"]).toBeGreaterThan(150);
  expect(figures.statuses["400"]).toBeGreaterThan(300);
}, 300_000);
