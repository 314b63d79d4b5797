import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { parseArchitectures } from "./architectures.mjs";
import { BuildProblem } from "./problems.mjs";

const BACKENDS = ["cuda", "cpu"];

/** What one nvcc takes for llama.cpp's largest attention kernels. */
const BYTES_A_JOB = 3 * 2 ** 30;

function usage(expected, received) {
  return new BuildProblem("usage", { expected, received });
}

function given(args) {
  const text = { type: "string" };
  try {
    return parseArgs({ args, options: { architectures: text, jobs: text, backend: text } }).values;
  } catch {
    throw usage("only the options below", args.join(" "));
  }
}

function defaultJobs() {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(process.availableMemory() / BYTES_A_JOB)));
}

function jobsOf(text) {
  if (text === undefined) return defaultJobs();
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw usage("a number of at least 1 for --jobs", `'${text}'`);
}

/**
 * The command line; `architectures` is null where it names none.
 * @throws BuildProblem
 */
export function readOptions(args) {
  const { architectures, jobs, backend = "cuda" } = given(args);
  if (!BACKENDS.includes(backend)) throw usage(`${BACKENDS.join(" or ")} for --backend`, `'${backend}'`);
  return {
    backend,
    jobs: jobsOf(jobs),
    architectures: architectures === undefined ? null : parseArchitectures(architectures),
  };
}
