import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./fixture.js";

const FIGURES = join(ROOT, "bench/results/telemetry.json");
const SCRIPT = join(ROOT, "bench/telemetry/cost-table.mjs");

it.each(["bench/results/README.md", "docs/telemetry.md"])(
  "the cost tables of %s are those of the committed figures",
  (file) => {
    const tables = execFileSync(process.execPath, [SCRIPT, FIGURES], { encoding: "utf8" });
    expect(readFileSync(join(ROOT, file), "utf8")).toContain(tables);
  },
);
