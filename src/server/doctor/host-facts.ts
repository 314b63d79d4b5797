import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { createServer } from "node:net";
import { cpus, freemem, totalmem } from "node:os";
import { once } from "node:events";
import { startProblem } from "../start-problem.js";
import { cpuQuota } from "./cpu-quota.js";

export interface FolderFact {
  folder: string;
  writable: boolean;
  /** NaN where it cannot be told. */
  freeBytes: number;
}

export interface PortFact {
  flag: string;
  host: string;
  port: number;
  /** Why it cannot be listened on; null where it can. */
  problem: string | null;
}

export interface ProcessorFact {
  name: string;
  cores: number;
  /** Null where that is no question, as on ARM. */
  avx2: boolean | null;
  /** Cores' worth of time that the control group allows; null for all. */
  quota: number | null;
}

/** Bytes. */
export interface MemoryFact {
  total: number;
  available: number;
  /** Of the control group; null where there is none. */
  limit: number | null;
}

export function folderFact(folder: string): FolderFact {
  return { folder, writable: isWritable(folder), freeBytes: freeBytes(folder) };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return NaN;
  }
}

/** Listens for a moment, as the server would. */
export async function portFact(flag: string, host: string, port: number): Promise<PortFact> {
  const server = createServer();
  try {
    const { address } = await lookup(host, { verbatim: false });
    server.listen(port, address);
    await once(server, "listening");
    return { flag, host, port, problem: null };
  } catch (error) {
    return { flag, host, port, problem: startProblem(error) };
  } finally {
    server.close();
  }
}

export function processorFact(): ProcessorFact {
  const all = cpus();
  return { name: all[0]?.model.trim() ?? "", cores: all.length, avx2: hasAvx2(), quota: cpuQuota() };
}

function hasAvx2(file = "/proc/cpuinfo"): boolean | null {
  if (process.arch !== "x64" || !existsSync(file)) return null;
  return /^flags\s*:.*\bavx2\b/m.test(readFileSync(file, "utf8"));
}

export function memoryFact(): MemoryFact {
  const [total, limit] = [totalmem(), process.constrainedMemory()];
  // Without a limit it is 0, or larger than any machine.
  return { total, available: freemem(), limit: limit > 0 && limit < total ? limit : null };
}
