import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** What pack.mjs leaves in the root of what it packs: which commit this was. */
export const PACKED_FACTS = "build/packed.json";

/** Empty in a clone, which git knows better. */
export function packedFacts(root) {
  const file = path.join(root, PACKED_FACTS);
  return existsSync(file) ? { packed: JSON.parse(readFileSync(file, "utf8")) } : {};
}
