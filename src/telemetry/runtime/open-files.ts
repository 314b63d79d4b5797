import { existsSync, readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";

const SECONDS_BETWEEN_LISTINGS = 10;

/**
 * Counts this process's file descriptors. Since Linux 6.2 the folder's size tells their number (4 µs); before, the
 * folder has to be listed, which takes 0.4 µs a descriptor and is therefore left to libuv's pool, and done rarely.
 */
export class OpenFiles {
  private listed = NaN;
  private secondsToListing = 0;

  constructor(private readonly folder = "/proc/self/fd") {}

  /** NaN where it cannot be known, or not yet. */
  count(): number {
    const size = this.size();
    return size > 0 ? size : this.listed;
  }

  everySecond(): void {
    if (this.size() !== 0 || this.secondsToListing-- > 0) return;
    this.secondsToListing = SECONDS_BETWEEN_LISTINGS;
    void this.list();
  }

  /** @internal Settles once it is listed. */
  async list(): Promise<void> {
    // Less the descriptor by which it is listed.
    this.listed = await readdir(this.folder).then(
      ({ length }) => length - 1,
      () => NaN,
    );
  }

  private size(): number {
    return statSync(this.folder, { throwIfNoEntry: false })?.size ?? NaN;
  }
}

/** The soft limit of open file descriptors; NaN where there is none or it cannot be known. */
export function openFilesLimit(limits = "/proc/self/limits"): number {
  if (!existsSync(limits)) return NaN;
  const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync(limits, "utf8")) ?? [];
  return soft === undefined ? NaN : Number(soft);
}
