import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./fixture.js";

/** Building with a sanitizer takes half a minute on two cores; later runs only build what changed. */
const LIMIT_MS = 300_000;

describe("the native core", () => {
  it.each(["thread", "address"])(
    "passes its tests under the %s sanitizer",
    (sanitizer) => {
      const run = join(ROOT, "native/telemetry/tests/run.mjs");
      const { status, stdout, stderr } = spawnSync(process.execPath, [run, sanitizer], { encoding: "utf8" });
      expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
    },
    LIMIT_MS,
  );
});
