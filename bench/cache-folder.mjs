import { homedir } from "node:os";
import path from "node:path";

/** Where peers and models lie that are made on first use: outside the repository, for all its work trees. */
export function cacheFolder() {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "tacho-bench");
}
