// The slice `machine`: whether there are a GPU and compilers, as `machine.json` in --results.
import path from "node:path";
import { readOptions } from "../command-line.mjs";
import { machine, save } from "../figures.mjs";
import { freeBytes, gpuFacts, toolFacts } from "./machine-facts.mjs";

/** git is not among them: the sources were unpacked with the rest. */
const NEEDED = ["nvcc", "cmake", "make", "c++"];

const OPTIONS = { results: { type: "text" }, "without-compiler": { type: "switch", default: false } };

const options = readOptions(process.argv.slice(2), OPTIONS);
const tools = toolFacts();
const missing = options["without-compiler"] ? [] : NEEDED.filter((name) => tools[name] === null);
if (missing.length > 0) throw new Error(`Expected ${missing.join(", ")} on the PATH, to build for the GPU.`);
const facts = { bench: "machine", date: new Date().toISOString(), machine: machine() };
const figures = { ...(await gpuFacts()), tools, freeBytes: freeBytes(options.results) };
save(path.join(options.results, "machine.json"), { ...facts, figures });
console.log(JSON.stringify(figures, null, 2));
