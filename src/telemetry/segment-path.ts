import { randomBytes } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SHARED_MEMORY = "/dev/shm";

function segmentFolder(): string {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK);
    return SHARED_MEMORY;
  } catch {
    return tmpdir();
  }
}

/** A fresh path for a segment that other threads or processes will attach to: in memory where there is one. */
export function newSegmentPath(): string {
  return join(segmentFolder(), `tacho-${process.pid}-${randomBytes(6).toString("hex")}`);
}
