import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

// The first run downloads three Node binaries; later ones find them under build/nodes.
test(
  "the same build answers a request on the oldest Node allowed and on the newer lines",
  { timeout: 240_000 },
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["scripts/other-nodes.mjs"]);
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringMatching(/^v20\.17\.0: \d+\.\d+\.\d+ answered$/),
      expect.stringMatching(/^v22\.\d+\.\d+: \d+\.\d+\.\d+ answered$/),
      expect.stringMatching(/^v24\.\d+\.\d+: \d+\.\d+\.\d+ answered$/),
    ]);
  },
);
