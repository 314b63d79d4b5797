/**
 * Answers one question about llama.cpp's libraries, `[question as JSON]`, by a message { value } or { error }. A
 * process of its own, as a broken driver or library can end or hang whoever loads it.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { backEndNeeds } from "./back-end-needs.js";
import { chooseLibraries } from "./libraries.js";
import type { BackEndFile, LibraryChoice, LibraryFindings, LibraryQuestion } from "./library-findings.js";
import type { EngineSettings } from "./messages.js";
import { loadNativeEngine } from "./native-engine.js";

const BACK_END = /^libggml-(cuda|vulkan)\.so$/;

async function answer(question: LibraryQuestion): Promise<unknown> {
  switch (question.kind) {
    case "find":
      return find();
    case "choose":
      return chooseLibraries(question.gpu);
    case "load":
      return load(await chooseLibraries(question.gpu));
  }
}

async function find(): Promise<LibraryFindings> {
  const [cpu, cuda, vulkan] = await Promise.all([choice("off"), choice("cuda"), choice("vulkan")]);
  const folders = ["cuda", "cuda-ext", "vulkan"].map(packageFolder);
  const built = cuda?.builtFor ? backEndsUnder(cuda.directory, cuda.builtFor) : [];
  return {
    directories: {
      cpu: cpu?.directory ?? null,
      cuda: cuda?.directory ?? null,
      vulkan: vulkan?.directory ?? null,
    },
    backEnds: [...built, ...folders.flatMap((folder) => backEndsUnder(folder, null))],
  };
}

function choice(gpu: EngineSettings["gpu"]): Promise<LibraryChoice | null> {
  return chooseLibraries(gpu).catch(() => null);
}

/** Holds what is not chosen as well. */
function packageFolder(name: string): string | null {
  const resolve = createRequire(import.meta.resolve("node-llama-cpp")).resolve;
  try {
    const entry = resolve(`@node-llama-cpp/linux-${process.arch}-${name}`);
    return path.join(path.dirname(entry), "..", "bins");
  } catch {
    return null;
  }
}

function backEndsUnder(root: string | null, builtFor: string[] | null): BackEndFile[] {
  if (root === null || !existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const file = path.join(root, name);
    const [, variant] = BACK_END.exec(path.basename(file)) ?? [];
    if (variant !== "cuda" && variant !== "vulkan") return [];
    return [{ variant, file, builtFor, ...backEndNeeds(file) }];
  });
}

function load(choice: LibraryChoice): unknown {
  return loadNativeEngine(choice).loadBackends(choice.directory);
}

await answer(JSON.parse(process.argv[2]!) as LibraryQuestion).then(
  (value) => process.send!({ value }),
  (error: unknown) => process.send!({ error: (error as Error).message }),
);
