import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GIT_ENVIRONMENT, LLAMA_SOURCE } from "../llama-source.mjs";
import { compilerEnvironment } from "../required-tools.mjs";
import { buildProgress } from "./build-progress.mjs";
import { install, isBuilt } from "./built-libraries.mjs";
import { cmakeArguments } from "./cmake-options.mjs";

/** Sources and objects: gigabytes, removed after a success and kept after a failure, to go on from. */
const workOf = ({ backend }) => `build/llama-${backend}`;

/** Of the sources; the rest is tests, tools and documents. */
const FOLDERS = ["cmake", "common", "ggml", "include", "src", "vendor"];

/** Objects of two toolkits or releases do not mix. */
function keepMatchingObjects(plan, work) {
  const key = join(work, "made-of.json");
  const made = JSON.stringify({ release: plan.release, toolkit: plan.toolkit });
  if (existsSync(key) && readFileSync(key, "utf8") === made) return;
  rmSync(join(work, "objects"), { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(key, made);
}

function sourcePhase(plan, source) {
  return {
    name: "llama-source",
    title: `unpacking llama.cpp ${plan.release}`,
    tools: ["git"],
    inputs: [],
    output: join(source, "CMakeLists.txt"),
    environment: GIT_ENVIRONMENT,
    isCurrent: () => isBuilt(plan) || existsSync(join(source, "unpacked")),
    before: () => rmSync(source, { recursive: true, force: true }),
    commands: () => [
      ["git", "clone", "--quiet", "--no-checkout", LLAMA_SOURCE, source],
      ["git", "-C", source, "sparse-checkout", "set", ...FOLDERS],
      ["git", "-C", source, "checkout", "--quiet", "HEAD"],
    ],
    after: () => {
      rmSync(join(source, ".git"), { recursive: true, force: true });
      writeFileSync(join(source, "unpacked"), "");
    },
  };
}

const TITLES = {
  cuda: ({ architectures }) =>
    `building llama.cpp's CUDA back end for ${architectures.join(", ")} (half an hour or more)`,
  cpu: () => "building llama.cpp without CUDA",
};

function buildPhase(plan, source, work) {
  const objects = join(work, "objects");
  return {
    name: "llama-build",
    title: TITLES[plan.backend](plan),
    tools: ["cxx", "make", "cmake"],
    inputs: [],
    output: objects,
    discard: [objects],
    environment: compilerEnvironment,
    progress: buildProgress,
    isCurrent: () => isBuilt(plan),
    before: () => keepMatchingObjects(plan, work),
    commands: () => [
      ["cmake", ...cmakeArguments(plan, { source, objects })],
      // All back ends come with it.
      ["cmake", "--build", objects, "--target", "llama-common", "--parallel", String(plan.jobs)],
    ],
    after: () => {
      install(plan, join(objects, "bin"));
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** The phases of `npm run build:cuda`, for `runPhases`. */
export function buildPhases(plan) {
  const work = workOf(plan);
  const source = join(work, `source-${plan.release}`);
  return [sourcePhase(plan, source), buildPhase(plan, source, work)];
}
