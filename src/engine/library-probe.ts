/**
 * Answers one question about llama.cpp's libraries, `[question as JSON]`, by a message { value } or { error }. A
 * process of its own, as a broken driver or library can end or hang whoever loads it.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chooseLibraries, type Libraries } from "./libraries.js";
import type { BackEndFile, EngineSettings, LibraryFindings, LibraryQuestion } from "./messages.js";
import { loadNativeEngine } from "./native-engine.js";
import { neededLibraries } from "./needed-libraries.js";

const BACK_END = /^libggml-(cuda|vulkan)\.so$/;

/** Loaded with the back end whatever folder they lie in. */
const OWN_LIBRARY = /^lib(ggml|llama)/;

/** Where `npm run build:cuda` builds. */
const BUILT = fileURLToPath(new URL("../../build/cuda", import.meta.url));

async function answer(question: LibraryQuestion): Promise<unknown> {
  switch (question.kind) {
    case "find":
      return find();
    case "choose":
      return chooseLibraries(question.gpu);
    case "load":
      return load(await chooseLibraries(question.gpu));
    case "dlopen":
      return Object.fromEntries(question.names.map((name) => [name, whyNotLoaded(name)]));
  }
}

async function find(): Promise<LibraryFindings> {
  const [cpu, cuda, vulkan] = await Promise.all([directory("off"), directory("cuda"), directory("vulkan")]);
  const roots = [cuda, vulkan, BUILT, ...["cuda", "cuda-ext", "vulkan"].map(packageFolder)];
  return { directories: { cpu, cuda, vulkan }, backEnds: backEndsUnder(roots) };
}

function directory(gpu: EngineSettings["gpu"]): Promise<string | null> {
  return chooseLibraries(gpu).then(
    (libraries) => libraries.directory,
    () => null,
  );
}

function packageFolder(name: string): string | null {
  const resolve = createRequire(import.meta.resolve("node-llama-cpp")).resolve;
  try {
    const entry = resolve(`@node-llama-cpp/linux-${process.arch}-${name}`);
    return path.join(path.dirname(entry), "..", "bins");
  } catch {
    return null;
  }
}

function backEndsUnder(roots: readonly (string | null)[]): BackEndFile[] {
  const files = roots.flatMap((root) => (root !== null && existsSync(root) ? filesUnder(root) : []));
  return [...new Set(files)].flatMap((file) => {
    const [, variant] = BACK_END.exec(path.basename(file)) ?? [];
    return variant === undefined ? [] : [{ variant, file, needs: needsOf(file) } as BackEndFile];
  });
}

function filesUnder(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => path.join(root, name));
}

function needsOf(file: string): string[] {
  const foreign = neededLibraries(file).filter((name) => !OWN_LIBRARY.test(name));
  return foreign.filter((name) => !existsSync(path.join(path.dirname(file), name)));
}

function load(libraries: Libraries): unknown {
  return loadNativeEngine(libraries).loadBackends(libraries.directory);
}

/** Node can only load addons: a plain library it loads, and then says that it is none. */
function whyNotLoaded(name: string): string | null {
  try {
    process.dlopen({ exports: {} }, name);
    return null;
  } catch (error) {
    const { message } = error as Error;
    return message.includes("did not self-register") ? null : message;
  }
}

await answer(JSON.parse(process.argv[2]!) as LibraryQuestion).then(
  (value) => process.send!({ value }),
  (error: unknown) => process.send!({ error: (error as Error).message }),
);
