// The slice `machine`: whether there are a GPU, CUDA's libraries and compilers, as `machine.json` in --results.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readOptions } from "../command-line.mjs";
import { machine, save } from "../figures.mjs";
import { cudaLibraries, cudaMajor, SEARCHED } from "./cuda-libraries.mjs";
import { freeBytes, gpuFacts, toolFacts } from "./machine-facts.mjs";
import { manifestIn } from "./prebuilt.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** git is not among them: the sources were unpacked with the rest. */
const NEEDED = ["nvcc", "cmake", "make", "c++"];

const off = { type: "switch", default: false };
const OPTIONS = { results: { type: "text" }, "without-compiler": off, "without-libraries": off };

function requireTools(tools) {
  const missing = NEEDED.filter((name) => tools[name] === null);
  if (missing.length > 0)
    throw new Error(`Expected ${missing.join(", ")} on the PATH, to build for the GPU.`);
}

/** Kinds of places by name: which folder it was is said, and not kept. */
function librariesFor(tools, { cuda: driver }) {
  const all = cudaLibraries(cudaMajor({ manifest: manifestIn(ROOT), nvcc: tools.nvcc, driver }));
  for (const { file, place, folder } of all) console.log(`${file}: ${place === null ? "nowhere" : folder}`);
  const missing = all.filter(({ place }) => place === null).map(({ file }) => file);
  if (missing.length > 0)
    throw new Error(`Expected ${missing.join(", ")} in one of: ${SEARCHED.join(", ")}; but it is in none.`);
  return Object.fromEntries(all.map(({ file, place }) => [file, place]));
}

const options = readOptions(process.argv.slice(2), OPTIONS);
const tools = toolFacts();
if (!options["without-compiler"]) requireTools(tools);
const gpu = await gpuFacts();
const libraries = options["without-libraries"] ? null : librariesFor(tools, gpu);
const facts = { bench: "machine", date: new Date().toISOString(), machine: machine() };
const figures = { ...gpu, tools, libraries, freeBytes: freeBytes(options.results) };
save(path.join(options.results, "machine.json"), { ...facts, figures });
console.log(JSON.stringify(figures, null, 2));
