import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// A real exit is the only proof of a clean exit: no signal, no abort, nothing on standard error.
test.each([
  ["replicas close at any moment", "close.mjs"],
  ["worker threads and the process end while they decode", "terminate.mjs"],
  ["the process exits while its main thread's replicas decode", "exit.mjs"],
])("%s", (_, program) => {
  const file = fileURLToPath(new URL(`programs/${program}`, import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect({ status, signal, stdout, stderr }).toEqual({
    status: 0,
    signal: null,
    stdout: "ended\n",
    stderr: "",
  });
});
