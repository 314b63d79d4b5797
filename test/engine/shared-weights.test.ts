import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("replicas of one process share the weights for as long as one of them lives", () => {
  const file = fileURLToPath(new URL("programs/shared-weights.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect({ status, stderr, lines: stdout.trim().split("\n") }).toEqual({
    status: 0,
    stderr: "",
    lines: ["loaded by 1 of 3 threads", "loaded for other layers: true", "loaded when nobody holds it: true"],
  });
});
