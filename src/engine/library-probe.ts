/**
 * Answers one question about llama.cpp's libraries, `[question as JSON]`, by a message { value } or { error }. A
 * process of its own, as a broken driver or library can end or hang whoever loads it.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { backEndNeeds } from "./back-end-needs.js";
import { builtLibraries, type BuiltLibraries } from "./built-libraries.js";
import { computeCapabilities } from "./compute-capabilities.js";
import { codeFor } from "./gpu-code.js";
import { chooseLibraries, prebuiltDirectory } from "./libraries.js";
import type { BackEndFile, LibraryFindings, LibraryQuestion } from "./library-findings.js";
import { loadNativeEngine } from "./native-engine.js";

const BACK_END = /^libggml-(cuda|vulkan)\.so$/;

async function answer(question: LibraryQuestion): Promise<unknown> {
  switch (question.kind) {
    case "find":
      return find();
    case "choose":
      return chooseLibraries(question.gpu);
    case "load":
      return loadNativeEngine(question).loadBackends(question.directory);
  }
}

async function find(): Promise<LibraryFindings> {
  const [cpu, cuda, vulkan, capabilities] = await Promise.all([
    prebuiltDirectory("cpu"),
    chooseLibraries("cuda").catch(() => null),
    prebuiltDirectory("vulkan"),
    computeCapabilities(),
  ]);
  const built = builtLibraries();
  const own = built.state === "current" ? builtBackEnds(built, Object.values(capabilities)) : [];
  const folders = ["cuda", "cuda-ext", "vulkan"].map(packageFolder);
  return {
    // Libraries that were built here and hold nothing for the GPUs give way to the prebuilt ones.
    directories: { cpu, cuda: cuda?.directory ?? (await prebuiltDirectory("cuda")), vulkan },
    backEnds: [...own, ...folders.flatMap(prebuiltBackEnds)],
    computeCapabilities: capabilities,
  };
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

function prebuiltBackEnds(root: string | null): BackEndFile[] {
  return backEndsUnder(root).map((file) => ({ ...backEnd(file), builtFor: null, gpuCode: {} }));
}

function builtBackEnds(
  { directory, architectures }: Extract<BuiltLibraries, { state: "current" }>,
  capabilities: readonly string[],
): BackEndFile[] {
  const gpuCode = Object.fromEntries(capabilities.map((one) => [one, codeFor(one, architectures)]));
  return backEndsUnder(directory).map((file) => ({ ...backEnd(file), builtFor: architectures, gpuCode }));
}

function backEndsUnder(root: string | null): string[] {
  if (root === null || !existsSync(root)) return [];
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  return names.filter((name) => BACK_END.test(path.basename(name))).map((name) => path.join(root, name));
}

function backEnd(file: string): Omit<BackEndFile, "builtFor" | "gpuCode"> {
  const variant = BACK_END.exec(path.basename(file))![1] as BackEndFile["variant"];
  return { variant, file, ...backEndNeeds(file) };
}

await answer(JSON.parse(process.argv[2]!) as LibraryQuestion).then(
  (value) => process.send!({ value }),
  (error: unknown) => process.send!({ error: (error as Error).message }),
);
