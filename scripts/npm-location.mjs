import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

/** npm's own entry file: the npm that runs this script, else the first one on the PATH. Null without npm. */
export function npmEntry() {
  const running = process.env.npm_execpath;
  if (running && /npm-cli\.[cm]?js$/.test(running)) return running;
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "npm"))
    .find(existsSync);
  return found ? realpathSync(found) : null;
}

/** The node-gyp that npm carries, unless npm's own setting names another. */
export function nodeGypEntry() {
  return process.env.npm_config_node_gyp ?? createRequire(npmEntry()).resolve("node-gyp/bin/node-gyp.js");
}

/** Tells node-gyp to use the headers beside the running Node, which saves it a download; [] where there are none. */
export function nodeHeaderOptions() {
  const prefix = dirname(dirname(process.execPath));
  const needed = ["node_api.h", "common.gypi"].map((name) => join(prefix, "include", "node", name));
  return needed.every(existsSync) ? [`--nodedir=${prefix}`] : [];
}
