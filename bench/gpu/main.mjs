// `npm run bench -- gpu`, and bench/gpu/run.sh on a machine without npm.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { BuildProblem } from "../../scripts/cuda/problems.mjs";
import { cacheFolder } from "../cache-folder.mjs";
import { oneOf, readOptions, UsageError } from "../command-line.mjs";
import { rounded } from "../figures.mjs";
import { LLAMA_RELEASE } from "../peers/llama-cpp.mjs";
import { terminalTable } from "../report/text-table.mjs";
import { cudaLibraries, cudaMajor, loaderEnvironment } from "./cuda-libraries.mjs";
import { fakeGpu } from "./dry-run/fake-gpu.mjs";
import { gpuFacts, toolFacts } from "./machine-facts.mjs";
import { pack } from "./pack.mjs";
import { packedFacts } from "./packed-facts.mjs";
import { PLANS } from "./plans.mjs";
import { manifestIn, unfitnessFor } from "./prebuilt.mjs";
import { runAll } from "./run-all.mjs";
import { slicesOf } from "./slices.mjs";
import { pending, readState, stateHere } from "./state.mjs";
import { tableOf } from "./table.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const text = { type: "text" };
const off = { type: "switch", default: false };

const OPTIONS = {
  help: off,
  /** Folder of the state, the results and the logs. */
  out: text,
  archive: text,
  slice: text,
  minutes: { type: "positive" },
  list: off,
  again: off,
  limit: { type: "count", default: "590" },
  architectures: text,
  plan: { type: oneOf(["gpu", "lent"]) },
  "dry-run": off,
  alone: off,
  table: off,
  pack: text,
  "for-clone": off,
  "for-benches": off,
};

const USAGE = `usage: bench/gpu/run.sh --out FOLDER [options]
  --archive FILE        where all results are written as one file after each slice (results.tar.gz in the folder of --out)
  --list                what there is to do, what is done, and what each may take
  --slice NAME[,NAME]   only these
  --minutes M           ends within M minutes: no slice is begun that is expected to take longer than what is left of them
  --again               also what is done already, failed or was skipped
  --limit SECONDS       after which a slice is ended (590)
  --architectures LIST  that the back end is to be for, as "90"; without it this machine's
  --plan gpu|lent       lent: for a quarter of an hour with all that is built, the most telling slices first, with fewer rounds
  --table               a Markdown table of the results so far
  --dry-run             tries the whole run on the CPU, with tiny models and no GPU
  --alone               without llama.cpp's programs, which must be built first
  --pack FOLDER         on the machine that has the repository: writes what a GPU machine without a network needs
  --for-clone           with --pack: leaves out what git has
  --for-benches         with --pack: leaves out what only the tests need, and what is built here already`;

/** Of the CUDA back end: why it must be built for this machine (null where it need not), asked anew each time. */
function backEndNeeds({ architectures }) {
  try {
    const unfit = unfitnessFor(ROOT, architectures);
    return { unfit: unfit(), isFit: () => unfit() === null };
  } catch (error) {
    throw error instanceof BuildProblem ? new UsageError(error.message) : error;
  }
}

/** What lets the slices load the back end. */
function loadable(gpu) {
  const major = cudaMajor({ manifest: manifestIn(ROOT), nvcc: toolFacts().nvcc, driver: gpu.cuda });
  return loaderEnvironment(cudaLibraries(major));
}

/** What the run takes of this machine: its plan, and the facts that go with each result. */
async function contextOf(options, out) {
  const isDry = options["dry-run"];
  const cache = cacheFolder();
  for (const folder of [out, cache]) mkdirSync(folder, { recursive: true });
  if (isDry) Object.assign(process.env, fakeGpu(path.join(out, "fake-gpu")));
  const gpu = await gpuFacts();
  const gpuBytes = isDry ? Infinity : Math.min(...gpu.gpus.map(({ memoryBytes }) => memoryBytes));
  const plan = { ...PLANS[isDry ? "dry" : (options.plan ?? "gpu")], alone: options.alone };
  const { architectures } = options;
  const backEnd = isDry ? {} : backEndNeeds(options);
  const slices = slicesOf(plan, { root: ROOT, memory: gpuBytes, architectures, ...backEnd });
  const facts = { ...(isDry ? { dryRun: true } : {}), gpu, llamaCpp: LLAMA_RELEASE, ...packedFacts(ROOT) };
  const environment = isDry ? {} : loadable(gpu);
  const archive = options.archive && path.resolve(options.archive);
  const run = { root: ROOT, out, archive, cache, gpuBytes, facts, seconds: options.limit, environment };
  return { slices, run: { ...run, stateFile: path.join(out, "state.json") } };
}

function named(names, slices) {
  return names.split(",").map((name) => {
    const slice = slices.find((one) => one.name === name);
    if (slice !== undefined) return slice;
    throw new UsageError(`Expected a slice of --list for --slice but received '${name}'.`);
  });
}

/** With --slice those named, else all. */
function chosen({ slice, again }, slices, state) {
  const wanted =
    slice === undefined ? slices.filter(({ isNamedOnly }) => !isNamedOnly) : named(slice, slices);
  return again ? wanted : pending(wanted, state);
}

const SHOWN = {
  done: "done",
  failed: "FAILED",
  skipped: "skipped",
  unfinished: "unfinished",
  running: "was killed",
  gone: "not on this machine",
};

function list(slices, state) {
  const rows = slices.map(({ name, title, minutes }) => {
    const { state: what, seconds, reason } = state[name] ?? {};
    const took = seconds === undefined ? "" : `${rounded(seconds / 60)} min`;
    return [`${name}: ${title}`, `${rounded(minutes)} min`, took, SHOWN[what] ?? "", reason ?? ""];
  });
  console.log(terminalTable(["slice", "expected", "took", "", ""], rows));
}

/** Then a slice that runs is ended as well: see run-command.mjs. */
function endWithSignals() {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
}

function packInto(folder, options) {
  const [forClone, forBenches] = ["for-clone", "for-benches"].map((name) => options[name]);
  const { files, treeMebibytes } = pack({ root: ROOT, folder, forClone, forBenches, say: console.error });
  const all = files.reduce((sum, [, mebibytes]) => sum + mebibytes, 0);
  const tree = forClone
    ? [
        ["the clone's files", rounded(treeMebibytes)],
        ["clone and pack", rounded(treeMebibytes + all)],
      ]
    : [];
  console.log(terminalTable(["file", "MiB"], [...files, ["in all", rounded(all)], ...tree]));
}

const hasResults = (folder) =>
  existsSync(folder) && readdirSync(folder).some((name) => /^gpu-.*\.json$/.test(name));

function showTable(out) {
  if (!hasResults(out)) throw new UsageError(`Expected results in ${out} but there are none yet.`);
  console.log(tableOf(out));
}

export async function gpu(args) {
  const options = readOptions(args, OPTIONS);
  if (options.help) return console.log(USAGE);
  if (options.pack !== undefined) return packInto(path.resolve(options.pack), options);
  if (options.out === undefined && !options["dry-run"])
    throw new UsageError(`Expected --out FOLDER.\n${USAGE}`);
  if (options["dry-run"] && options.plan !== undefined)
    throw new UsageError("Expected no --plan with --dry-run, which has its own.");
  const out = path.resolve(options.out ?? path.join(ROOT, "build/bench/gpu-dry-run"));
  if (options.table) return showTable(out);
  const { slices, run } = await contextOf(options, out);
  const state = stateHere(readState(run.stateFile), slices);
  if (options.list) return list(slices, state);
  endWithSignals();
  const { minutes = Infinity } = options;
  // Of the process: what it took to find the slices counts as well.
  const secondsLeft = () => minutes * 60 - performance.now() / 1000;
  const isWell = await runAll(chosen(options, slices, state), run, { slices, secondsLeft });
  if (!isWell) process.exitCode = 1;
  if (hasResults(out)) console.log(tableOf(out));
}
