// What a run leaves: where and when it was, with which versions and options, how quiet the machine was, and figures.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { release, totalmem } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { machine, rounded, save } from "../figures.mjs";
import { LLAMA_RELEASE } from "../peers/llama-cpp.mjs";
import { watchOthers } from "../processes/quiet-machine.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function versionOf(file) {
  return JSON.parse(readFileSync(path.join(ROOT, file), "utf8")).version;
}

/** Null outside a clone. */
function commit() {
  try {
    const options = { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("git", ["describe", "--always", "--dirty", "--abbrev=12"], options).trim();
  } catch {
    return null;
  }
}

function versions() {
  return {
    tacho: versionOf("package.json"),
    commit: commit(),
    "llama.cpp": LLAMA_RELEASE,
    "node-llama-cpp": versionOf("node_modules/node-llama-cpp/package.json"),
  };
}

/** Of the options, what is this machine's own affair, or the caller's. */
const UNSHOWN = ["results", "peers", "force"];

function shownOptions(options) {
  const shown = Object.fromEntries(Object.entries(options).filter(([name]) => !UNSHOWN.includes(name)));
  return options.model === undefined ? shown : { ...shown, model: path.basename(options.model) };
}

/** Measures with `measure`; says by `others` whether the figures are worth reporting. */
export async function resultOf(bench, options, measure) {
  const about = {
    bench,
    date: new Date().toISOString(),
    machine: { ...machine(), memoryGiB: rounded(totalmem() / 2 ** 30), kernel: release() },
    versions: versions(),
    options: shownOptions(options),
  };
  const othersShare = watchOthers();
  const figures = await measure();
  const share = othersShare();
  const others = { share: rounded(share), limit: options.quiet, tooBusy: share > options.quiet };
  return { ...about, others, figures };
}

export function busyLine({ others }) {
  const percent = (share) => `${rounded(share * 100)} %`;
  return `Others took ${percent(others.share)} of the CPU time meanwhile; at most ${percent(others.limit)} is quiet.`;
}

/**
 * Whether the result may be reported; without --force a busy machine's may not. What is reported goes to
 * `<bench>.json` and the charts, SVG texts by name, beside it.
 */
export function report(result, { results, force }, charts) {
  if (result.others.tooBusy && !force) {
    console.error(`${busyLine(result)} These figures are not reported; --force reports them all the same.`);
    process.exitCode = 1;
    return false;
  }
  if (result.others.tooBusy) console.log(`BUSY MACHINE: ${busyLine(result)}`);
  save(path.join(results, `${result.bench}.json`), result);
  for (const [name, svg] of Object.entries(charts)) writeFileSync(path.join(results, `${name}.svg`), svg);
  return true;
}
