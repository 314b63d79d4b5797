// What slices leave outside --out. A state file may come along to another machine; these do not.
import { existsSync } from "node:fs";
import path from "node:path";
import { randomModelPath } from "../models/model-file.mjs";
import { sharingPrograms } from "../peers/llama-cpp.mjs";

const PEERS = ["llama-server", "llama-batched-bench"];
/** Where unpack.sh puts them; they are nowhere, where they are not even there. */
const PACKED_PEERS = "build/peers/build/bin";

export const modelProducts = (model) => [randomModelPath(model)];

/** Of the peers that load tacho's CUDA back end. */
export function peerProducts(root, named = process.env.TACHO_BENCH_PEERS) {
  const folder = named
    ? path.resolve(named, "build/bin")
    : (sharingPrograms() ?? path.join(root, PACKED_PEERS));
  return PEERS.map((name) => path.join(folder, name));
}

/** Whether what a slice leaves outside --out is on this machine, and good for it; true of one that leaves nothing there. */
export function isMade({ products, isFit }) {
  const files = products?.() ?? [];
  return files.every((file) => existsSync(file)) && (isFit?.() ?? true);
}
