import { randomBytes } from "node:crypto";
import { accessSync, constants, readdirSync, readlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SHARED_MEMORY = "/dev/shm";

/** Where `newSegmentPath` puts segments: in memory where that is there and writable. */
export function segmentFolder(): string {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK);
    return SHARED_MEMORY;
  } catch {
    return tmpdir();
  }
}

/**
 * The PID namespace this process counts in, e.g. "4026531836": containers may share /dev/shm but not process
 * ids. Null where the system does not tell.
 */
function pidNamespace(): string | null {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))![0];
  } catch {
    return null;
  }
}

/** tacho-PID-NAMESPACE-RANDOM */
const SEGMENT_NAME = /^tacho-([1-9]\d*)-(\d+)-[0-9a-f]{12}$/;

/** A fresh path for a segment that other threads or processes will attach to: in memory where there is one. */
export function newSegmentPath(): string {
  const random = randomBytes(6).toString("hex");
  return join(segmentFolder(), `tacho-${process.pid}-${pidNamespace() ?? 0}-${random}`);
}

/**
 * Removes the segments of processes that were killed before they could: those under `newSegmentPath`'s names
 * whose process, counted in this one's PID namespace, lives no more. Only in shared memory, which ends with its
 * machine; another folder may be shared by machines, and process ids mean nothing there.
 */
export function sweepStaleSegments(folder = SHARED_MEMORY): void {
  for (const { path, pid } of segmentFiles([folder])) if (hasEnded(pid)) tryUnlink(path);
}

/** The files under `newSegmentPath`'s names of processes that share our PID namespace. */
export function segmentFiles(folders = [SHARED_MEMORY, tmpdir()]): { path: string; pid: number }[] {
  const namespace = pidNamespace();
  return folders.flatMap((folder) =>
    namesIn(folder).flatMap((name) => {
      const [, pid, from] = SEGMENT_NAME.exec(name) ?? [];
      return from === namespace ? [{ path: join(folder, name), pid: Number(pid) }] : [];
    }),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** EPERM says that it lives and is another user's. */
export function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Another user's cannot be removed from here, and another sweep may have been faster. */
function tryUnlink(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Its owner's sweep will remove it.
  }
}
