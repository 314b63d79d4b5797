import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The package's own folder; the same distance from src/server and from dist/server. */
const root = new URL("../../", import.meta.url);

export function packagePath(relative: string): string {
  return fileURLToPath(new URL(relative, root));
}

const manifest = JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as {
  version: string;
  engines: { node: string };
  /** Written by `npm publish`. */
  gitHead?: string;
};

export const VERSION = manifest.version;

/** Versions of Node.js that it runs on, as ">=20.17". */
export const NODE_VERSIONS = manifest.engines.node;

/** Of a published package or a checkout; "" where neither is told. */
export const COMMIT = manifest.gitHead ?? commitOf(".git/HEAD");

/** The release of the llama.cpp libraries that come with node-llama-cpp; "" where that cannot be told. */
export const LLAMA_CPP = llamaRelease();

function commitOf(file: string): string {
  const text = textOf(packagePath(file));
  const ref = /^ref: (.+)/.exec(text)?.[1];
  if (ref === undefined) return /^[0-9a-f]{40}/.exec(text)?.[0] ?? "";
  return commitOf(`.git/${ref}`) || packedCommitOf(ref);
}

function packedCommitOf(ref: string): string {
  const lines = textOf(packagePath(".git/packed-refs")).split("\n");
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(" ")[0] ?? "";
}

/** Read, not imported: the libraries belong to the engine. */
function llamaRelease(): string {
  try {
    const file = new URL("../llama/binariesGithubRelease.json", import.meta.resolve("node-llama-cpp"));
    return (JSON.parse(textOf(fileURLToPath(file))) as { release: string }).release;
  } catch {
    return "";
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
