import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emitTelemetry, ROOT } from "./fixture.js";

const INDEX = emitTelemetry(join(ROOT, "build/test-telemetry"));
const FIGURES = join(ROOT, "build/test-torture.json");
/** A tenth or less of what `npm run bench -- telemetry-torture` does. */
const COUNTS = { scrapes: 2000, kills: 9, restarts: 1000, processes: 8, races: 60 };

/** Its report of one scenario, which a process of its own runs. */
function torture(scenario: string): unknown {
  const counts = Object.entries(COUNTS).flatMap(([name, count]) => [`--${name}`, String(count)]);
  const where = ["--only", scenario, "--telemetry", INDEX, "--json", FIGURES];
  const main = join(ROOT, "bench/main.mjs");
  const { stderr } = spawnSync(process.execPath, [main, "telemetry-torture", ...where, ...counts], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const { scenarios } = JSON.parse(readFileSync(FIGURES, "utf8")) as { scenarios: Record<string, unknown> };
  rmSync(FIGURES);
  return scenarios[scenario];
}

describe("under torture", () => {
  it.each([
    ["scrapes", "no total goes back, no histogram contradicts itself, and at rest all are exact"],
    ["kills", "a killed writer loses the update in flight at most, and nobody else anything"],
    ["restarts", "writers that come and go take no more room than the first"],
    ["full-segment", "recording into a full segment throws nothing, loses nothing and says so"],
    ["adoption", "counters outlive processes, and all who adopt at once get the same segment"],
  ])("%s: %s", (scenario) => {
    expect(torture(scenario)).toMatchObject({ holds: true });
  });
});
