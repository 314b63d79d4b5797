import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Cores' worth of time that the control group allows; null where it sets no limit or cannot be read. Node counts
 * cores alone before version 22. Both versions of control groups; inside a container the group is the root's.
 */
export function cpuQuota(root = "/sys/fs/cgroup", membership = "/proc/self/cgroup"): number | null {
  const groups = textOf(membership).split("\n");
  const unified = groups.find((line) => line.startsWith("0::"))?.slice(3) ?? "/";
  const cpu =
    groups.find((line) => /^\d+:([^:]*,)?cpu(,[^:]*)?:/.test(line))?.replace(/^\d+:[^:]*:/, "") ?? "/";
  const quotas = [
    ...[unified, "/"].map((group) => ratio(textOf(join(root, group, "cpu.max")))),
    ...[cpu, "/"].map((group) => ratio(olderQuota(join(root, "cpu", group)))),
  ];
  const limits = quotas.filter((quota) => quota !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** In the newer form: microseconds of each period, and the period's. */
function olderQuota(folder: string): string {
  return `${textOf(join(folder, "cpu.cfs_quota_us"))} ${textOf(join(folder, "cpu.cfs_period_us"))}`;
}

/** "150000 100000" as 1.5; null for "max 100000" and "-1 100000". */
function ratio(text: string): number | null {
  const [, quota, period] = /^(\d+) (\d+)$/.exec(text) ?? [];
  return quota === undefined ? null : Number(quota) / Number(period);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}
