import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The package's own folder; the same distance from src/server and from dist/server. */
const root = new URL("../../", import.meta.url);

export function packagePath(relative: string): string {
  return fileURLToPath(new URL(relative, root));
}

const manifest = JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as {
  version: string;
  /** Written by `npm publish`. */
  gitHead?: string;
};

export const VERSION = manifest.version;

export const COMMIT = manifest.gitHead ?? "unknown";
