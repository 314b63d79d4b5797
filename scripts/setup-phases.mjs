import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { GIT_ENVIRONMENT, LLAMA_SOURCE } from "./llama-source.mjs";
import { nodeGypEntry, nodeHeaderOptions, npmEntry } from "./npm-location.mjs";
import { compilerEnvironment } from "./required-tools.mjs";

const LLAMA_HEADERS = "build/llama.cpp";
/** Two: what the smallest machine that we build on has; more gains little on some thirty files. */
const JOBS = "2";

function packagesOf(lockfile) {
  return JSON.parse(readFileSync(lockfile, "utf8")).packages;
}

/** Whether node_modules is what package-lock.json describes, by the record that npm keeps of what it installed. */
function dependenciesMatchLockfile() {
  const record = "node_modules/.package-lock.json";
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf("package-lock.json")).every(([path, wanted]) => {
    if (path === "" || (wanted.optional && !installed[path])) return true;
    return installed[path]?.integrity === wanted.integrity;
  });
}

const node = (...args) => [process.execPath, ...args];

/**
 * What `npm run build` does, in order. A phase runs again when the contents of `inputs`, the versions of `tools`
 * or the presence of `output` changed; `discard` is removed first when the tools changed, because
 * object files of two compilers do not mix.
 *
 * @typedef {object} Phase
 * @property {string} name names the log and the stamp
 * @property {string} title as the progress line says it
 * @property {string[]} tools keys of the table in required-tools.mjs
 * @property {string[]} inputs files and folders
 * @property {string} output
 * @property {string[]} [discard]
 * @property {Record<string, string | undefined>} [environment]
 * @property {() => boolean} [isCurrent] in place of the stamp
 * @property {() => void} [before]
 * @property {() => string[][]} commands
 * @property {() => void} [after]
 */

/** @type {Phase[]} */
export const PHASES = [
  {
    name: "dependencies",
    title: "installing the dependencies",
    tools: [],
    inputs: ["package-lock.json"],
    output: "node_modules",
    isCurrent: dependenciesMatchLockfile,
    commands: () => [node(npmEntry(), "ci", "--ignore-scripts", "--no-audit", "--no-fund")],
  },
  {
    name: "telemetry-addon",
    title: "building the telemetry addon",
    tools: ["cxx", "make", "python"],
    inputs: ["binding.gyp", "native/telemetry"],
    output: "build/Release/telemetry.node",
    // Not `node-gyp rebuild`: it removes the whole of build/, which holds the other phases' results.
    discard: ["build/Release"],
    environment: compilerEnvironment,
    commands: () => [node(nodeGypEntry(), "configure", "build", ...nodeHeaderOptions(), "--jobs", JOBS)],
  },
  {
    name: "llama-headers",
    title: "unpacking llama.cpp's headers",
    tools: ["git"],
    inputs: ["node_modules/node-llama-cpp/package.json"],
    output: `${LLAMA_HEADERS}/include/llama.h`,
    environment: GIT_ENVIRONMENT,
    before: () => rmSync(LLAMA_HEADERS, { recursive: true, force: true }),
    commands: () => [
      ["git", "clone", "--quiet", "--no-checkout", LLAMA_SOURCE, LLAMA_HEADERS],
      ["git", "-C", LLAMA_HEADERS, "sparse-checkout", "set", "include", "ggml/include", "common", "vendor"],
      ["git", "-C", LLAMA_HEADERS, "checkout", "--quiet", "HEAD"],
    ],
    after: () => rmSync(`${LLAMA_HEADERS}/.git`, { recursive: true, force: true }),
  },
  {
    name: "engine-addon",
    title: "building the engine addon",
    tools: ["cxx", "make", "cmake"],
    inputs: [
      "CMakeLists.txt",
      "native/engine",
      "native/telemetry",
      "node_modules/node-llama-cpp/package.json",
      "node_modules/node-addon-api/package.json",
    ],
    output: "build/engine/Release/engine.node",
    discard: ["build/engine"],
    environment: compilerEnvironment,
    commands: () => {
      const cmake = node("node_modules/cmake-js/bin/cmake-js", "--out", "build/engine");
      const options = ["--prefer-make", "--parallel", JOBS, `--CDLLAMA_CPP_DIR=${resolve(LLAMA_HEADERS)}`];
      return ["configure", "build"].map((step) => [...cmake, ...options, step]);
    },
  },
  {
    name: "typescript",
    title: "compiling the TypeScript",
    tools: [],
    inputs: ["tsconfig.json", "src", "node_modules/typescript/package.json"],
    output: "dist/main.js",
    before: () => rmSync("dist", { recursive: true, force: true }),
    commands: () => [node("node_modules/typescript/bin/tsc", "-p", "tsconfig.json")],
    after: () => chmodSync("dist/main.js", 0o755),
  },
];
