import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { setup } from "./setup.mjs";

const node = (...args) => [process.execPath, ...args];

/** The headers that clang-tidy needs; system headers are not checked. */
const OWN_INCLUDES = ["native/telemetry", "native/engine"];
const SYSTEM_INCLUDES = [
  ...["include", "ggml/include", "common", "vendor"].map((folder) => `build/llama.cpp/${folder}`),
  "node_modules/node-addon-api",
  "node_modules/node-api-headers/include",
];
const CXX_OPTIONS = [
  "-std=c++20",
  "-DNAPI_VERSION=9",
  ...OWN_INCLUDES.map((folder) => `-I${folder}`),
  ...SYSTEM_INCLUDES.map((folder) => `-isystem${folder}`),
];

/** Runs `command` once for each file, two at a time. */
const forEachFile = (...command) => ["xargs", "--null", "--max-procs=2", "-I{}", ...command];
/** Runs `command` once for all files. */
const forAllFiles = (...command) => ["xargs", "--null", ...command];

/** `files`, a list of git path patterns, is handed over on standard input. `program` is what must be installed. */
const STEPS = [
  { name: "types", command: node("node_modules/typescript/bin/tsc", "--noEmit", "-p", "tsconfig.test.json") },
  { name: "eslint", command: node("node_modules/eslint/bin/eslint.js", ".") },
  {
    name: "prettier",
    command: node("node_modules/prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."),
  },
  {
    name: "clang-format",
    program: "clang-format",
    files: ["native/**.cpp", "native/**.hpp", "native/**.h"],
    command: forAllFiles("clang-format", "--dry-run", "-Werror"),
  },
  {
    name: "clang-tidy",
    program: "clang-tidy",
    // Not the tests: they run under the sanitizers, and cost as much time here as all the rest.
    files: ["native/**.cpp", ":(exclude)native/**/tests/**", ":(exclude)native/testing/**"],
    command: forEachFile("clang-tidy", "--quiet", "{}", "--", ...CXX_OPTIONS),
  },
  {
    name: "shellcheck",
    program: "shellcheck",
    files: ["**.sh", ".ci/run"],
    command: forAllFiles("shellcheck"),
  },
  { name: "dockerfile", command: node("scripts/check-dockerfile.mjs") },
  { name: "repository", command: node("scripts/check-repository.mjs") },
];

/** Tracked files and new ones that git does not ignore, separated by NUL. */
function list(patterns) {
  const args = [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
    "--",
    ...patterns,
  ];
  return spawnSync("git", args, { encoding: "utf8" }).stdout;
}

function isInstalled(program) {
  return spawnSync(program, ["--version"]).status === 0;
}

/** Runs one step and prints its line; whether it passed. */
function runStep({ name, program, files, command: [executable, ...args] }) {
  if (program && !isInstalled(program)) {
    const inCi = process.env.CI === "true";
    const verdict = inCi ? "FAILED" : "skipped";
    console.log(`${name}: ${verdict}: needs the Debian package '${program}' (apt-get install ${program})`);
    return !inCi;
  }
  const started = performance.now();
  const input = files ? list(files) : "";
  const { status, stdout, stderr } = spawnSync(executable, args, {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name}: ${status === 0 ? "ok" : "FAILED"} (${seconds} s)`);
  // clang-tidy counts what it found in system headers, and then says nothing about it.
  if (status !== 0) console.log(`${stdout}${stderr}`.replaceAll(/^\d+ warnings generated\.\n/gm, ""));
  return status === 0;
}

await setup();
process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const results = STEPS.map(runStep);
process.exit(results.every(Boolean) ? 0 : 1);
