import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { packageOf } from "../required-tools.mjs";
import { PHASES } from "../setup-phases.mjs";
import { linkTo } from "./linked-files.mjs";
import { ReplayProblem } from "./replay-problem.mjs";

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;

/** Follows a script's imports, of which each must have been copied. */
function requireImports(script, tree, seen = new Set()) {
  if (seen.has(script)) return;
  seen.add(script);
  const text = readFileSync(tree.place(script), "utf8");
  for (const [, name] of text.matchAll(IMPORT)) {
    const imported = posix.join(posix.dirname(script), name);
    if (!tree.has(imported))
      throw new ReplayProblem(`${script} imports ${imported}, which no COPY before it brings`);
    requireImports(imported, tree, seen);
  }
}

function requireSyntax(script, tree) {
  const { status, stderr } = spawnSync(process.execPath, ["--check", tree.place(script)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new ReplayProblem(`${script} is no script: ${stderr.trim().split("\n").at(-1)}`);
}

function requireTools(tools, subject, tree) {
  const missing = tools.find((tool) => !tree.programs.has(packageOf(tool)));
  if (missing) throw new ReplayProblem(`${subject} needs the package ${packageOf(missing)}`);
}

function requireInputs(inputs, subject, tree) {
  const missing = inputs.find((path) => !tree.has(path));
  if (missing) throw new ReplayProblem(`${subject} reads ${missing}, which no COPY before it brings`);
}

/** The whole folder of an output: a compiler makes more than the one file that tells that it was there. */
function takeOutput(output, subject, tree) {
  const folder = dirname(output) === "." ? output : dirname(output);
  if (!existsSync(output))
    throw new ReplayProblem(`${subject} makes ${output}; build it here first: npm run build`);
  linkTo(folder, tree.place(folder));
}

function setUp(names, tree) {
  const unknown = names.find((name) => !PHASES.some((phase) => phase.name === name));
  if (unknown) throw new ReplayProblem(`scripts/setup.mjs has no phase ${unknown}`);
  for (const { name, tools, inputs, output } of PHASES) {
    if (names.length > 0 && !names.includes(name)) continue;
    requireTools(tools, `the phase ${name}`, tree);
    requireInputs(inputs, `the phase ${name}`, tree);
    takeOutput(output, `the phase ${name}`, tree);
  }
}

const CUDA = "build/cuda";
const PREBUILT = `node_modules/@node-llama-cpp/linux-${process.arch}/bins/linux-${process.arch}`;
const RELEASE = "node_modules/node-llama-cpp/llama/binariesGithubRelease.json";

/** As the script leaves it, with the prebuilt libraries for the CPU as those that were built. */
function standInForBuilt(folder, architectures) {
  if (!existsSync(PREBUILT)) throw new ReplayProblem(`${PREBUILT} is not there; run npm ci first`);
  linkTo(PREBUILT, folder);
  const { release } = JSON.parse(readFileSync(RELEASE, "utf8"));
  const platform = `${process.platform}-${process.arch}`;
  const manifest = { release, architectures: architectures.split(";"), platform };
  writeFileSync(join(folder, "build.json"), JSON.stringify(manifest));
}

/** Its libraries are taken where they were built here; else others stand for them. */
function buildCuda(args, tree) {
  const subject = "scripts/build-cuda.mjs";
  requireTools(["cxx", "make", "cmake", "git"], subject, tree);
  if (!tree.provides("nvcc")) throw new ReplayProblem(`${subject} needs nvcc, which this base image has not`);
  requireInputs(["node_modules/node-llama-cpp/llama/gitRelease.bundle"], subject, tree);
  const architectures = args[args.indexOf("--architectures") + 1] ?? "";
  if (!/^\d+[af]?(;\d+[af]?)*$/.test(architectures))
    throw new ReplayProblem(
      `${subject} --architectures: expected a list as 80;90, but it is '${architectures}'`,
    );
  if (existsSync(CUDA)) linkTo(CUDA, tree.place(CUDA));
  else standInForBuilt(tree.place(CUDA), architectures);
}

/** What stands in for a script that takes minutes or a GPU's compiler. */
const SCRIPTS = { "scripts/setup.mjs": setUp, "scripts/build-cuda.mjs": buildCuda };

/** @param {string[]} words with variables put in @throws ReplayProblem */
export function nodeScript([script = "", ...args], tree) {
  if (!tree.has(script) || script === "")
    throw new ReplayProblem(`node ${script}: no COPY before it brings such a script`);
  const standIn = SCRIPTS[posix.join(script)];
  if (!standIn) throw new ReplayProblem(`node ${script}: expected ${Object.keys(SCRIPTS).join(" or ")}`);
  requireImports(posix.join(script), tree);
  requireSyntax(script, tree);
  standIn(args, tree);
}
