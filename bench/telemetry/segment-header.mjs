import { closeSync, openSync, readSync, statSync } from "node:fs";

/** Where the numbers of a segment's header lie; native/telemetry/layout.hpp declares them. */
const OFFSETS = {
  shardCount: 32,
  directoryBytes: 48,
  cellsPerShard: 72,
  directoryUsed: 128,
  cellsUsed: 136,
  shardsUsed: 144,
};
export const LAYOUT_VERSION_OFFSET = 8;
const HEADER_BYTES = 192;
const BLOCK_BYTES = 512;

/** What a segment has used, and the memory that its file takes. */
export function readHeader(path) {
  const bytes = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, "r");
  readSync(file, bytes, 0, HEADER_BYTES, 0);
  closeSync(file);
  const numbers = Object.entries(OFFSETS).map(([name, at]) => [name, Number(bytes.readBigUInt64LE(at))]);
  return { ...Object.fromEntries(numbers), fileBytes: statSync(path).blocks * BLOCK_BYTES };
}
