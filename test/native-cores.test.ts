import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Building with a sanitizer takes minutes on two busy cores; later runs only build what changed. */
const LIMIT_MS = 600_000;

const runner = fileURLToPath(new URL("../native/testing/run.mjs", import.meta.url));

// What must hold is said in native/telemetry/tests and native/engine/tests; neither needs Node or a model.
describe.each(["telemetry", "engine"])("the %s core", (core) => {
  it.each(["thread", "address"])(
    "passes its tests under the %s sanitizer",
    (sanitizer) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [runner, core, sanitizer], {
        encoding: "utf8",
      });
      expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
    },
    LIMIT_MS,
  );
});

it(
  "what drives llama.cpp passes its tests on random models of every memory kind",
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [runner, "llama", "address"], {
      encoding: "utf8",
    });
    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
  },
  LIMIT_MS,
);
