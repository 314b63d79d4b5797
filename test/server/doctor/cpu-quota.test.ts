import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cpuQuota } from "../../../src/server/doctor/cpu-quota.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tacho-cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const NEWER = "0::/a/b\n";
const OLDER = "9:cpuset:/\n4:cpu,cpuacct:/a\n0::/\n";

it.each<[membership: string, files: Record<string, string>, quota: number | null]>([
  [NEWER, { "a/b/cpu.max": "150000 100000\n" }, 1.5],
  [NEWER, { "a/b/cpu.max": "max 100000\n" }, null],
  // In a container the group's path is the host's, and its files lie at the root.
  [NEWER, { "cpu.max": "200000 100000\n" }, 2],
  [OLDER, { "cpu/a/cpu.cfs_quota_us": "50000\n", "cpu/a/cpu.cfs_period_us": "100000\n" }, 0.5],
  [OLDER, { "cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n" }, null],
  [NEWER, {}, null],
])("of %j with %j", (membership, files, quota) => {
  for (const [name, text] of Object.entries({ ...files, membership })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  expect(cpuQuota(root, join(root, "membership"))).toBe(quota);
});

it("is none where nothing can be read", () => {
  expect(cpuQuota(join(root, "none"), join(root, "none"))).toBeNull();
});
