// Builds a native core with its tests under a sanitizer and runs them: `node run.mjs telemetry|engine|llama thread|address`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isCurrent, objectFiles } from "./object-files.mjs";

const FLAGS = {
  thread: ["-fsanitize=thread"],
  address: [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    // g++ 12 takes what <regex> moves for uninitialised where this sanitizer keeps it from seeing through (GCC bug
    // 105562); clang++ knows no such warning.
    "-Wno-unknown-warning-option",
    "-Wno-maybe-uninitialized",
  ],
};
const TESTING = dirname(fileURLToPath(import.meta.url));
const NATIVE = dirname(TESTING);
/** Folders whose sources make each core's test program. None knows Node, and only `llama` knows llama.cpp. */
const CORES = {
  telemetry: ["telemetry", "telemetry/nvml", "telemetry/render", "telemetry/tests", "testing"],
  engine: ["engine/grammar", "engine/loop", "engine/sampling", "engine/tests", "testing"],
  llama: [
    "engine/grammar",
    "engine/loop",
    "engine/sampling",
    "engine/llama",
    "engine/llama/tests",
    "testing",
  ],
};
const LLAMA = join(NATIVE, "../build/llama.cpp");
/** Prebuilt, so the address sanitizer sees only what tacho does; the thread sanitizer would see half of every lock. */
const LLAMA_LIBRARIES = join(
  NATIVE,
  `../node_modules/@node-llama-cpp/linux-${process.arch}/bins/linux-${process.arch}`,
);
const INCLUDES = {
  telemetry: [],
  engine: [],
  llama: ["include", "ggml/include", "common", "vendor"].flatMap((name) => ["-isystem", join(LLAMA, name)]),
};
const LIBRARIES = {
  telemetry: () => [],
  engine: () => [],
  llama: () => [
    ...filesOf(LLAMA_LIBRARIES, ".so").filter((file) =>
      /\/lib(llama|llama-common|ggml|ggml-base)(\.v[^/]*)?\.so$/.test(file),
    ),
    `-Wl,-rpath,${LLAMA_LIBRARIES}`,
  ],
};
const RANDOM_MODELS = join(NATIVE, "../models/random");
const GENERATING = ["llama", "gemma3", "mamba", "jamba", "lfm2"];
const EMBEDDING = ["bert", "bert-rank", "qwen3-embedding"];
/** Shared libraries that a core's tests load, as they would others at run time. */
const LOADED = {
  telemetry: [
    { name: "libfake_nvml.so", source: "telemetry/tests/fake_nvml/fake_nvml.c", flags: [] },
    {
      name: "libfake_nvml_old.so",
      source: "telemetry/tests/fake_nvml/fake_nvml.c",
      flags: ["-DFAKE_NVML_OLD"],
    },
  ],
  engine: [],
};
const WARNINGS = ["-Wall", "-Wextra", "-Werror"];
/** Lines are all that reports show of the debug information; the rest takes a third of the compiler's time. */
const CXX_FLAGS = ["-std=c++20", "-O1", "-g1", ...WARNINGS, "-Wno-missing-field-initializers", "-pthread"];

function run(command, args) {
  const { status, signal, error, stderr } = spawnSync(command, args, {
    stdio: ["inherit", "inherit", "pipe"],
    encoding: "utf8",
  });
  if (error) throw error;
  // Older ThreadSanitizers cannot place their shadow on kernels that randomise more than 28 bits of addresses.
  if (stderr.includes("unexpected memory mapping") && command !== "setarch")
    return run("setarch", ["--addr-no-randomize", command, ...args]);
  process.stderr.write(stderr);
  return status ?? `signal ${signal}`;
}

function filesOf(folder, ending) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

async function build(core, kind) {
  const folder = join(NATIVE, "../build/sanitize");
  const program = join(folder, `${core}_tests_${kind}`);
  const folders = CORES[core].map((name) => join(NATIVE, name));
  const sources = folders.flatMap((where) => filesOf(where, ".cpp"));
  const headers = [...folders, join(NATIVE, "telemetry")].flatMap((where) => filesOf(where, ".hpp"));
  const compiler = process.env["CXX"] ?? "c++";
  const flags = [...CXX_FLAGS, ...FLAGS[kind]];
  const objects = await objectFiles({
    compiler,
    flags: [...flags, ...INCLUDES[core]],
    prefix: join(TESTING, "standard.hpp"),
    sources,
    headers,
    root: NATIVE,
    folder: join(folder, kind),
  });
  if (objects === null) process.exit(1);
  if (isCurrent(program, objects)) return program;
  if (run(compiler, [...flags, ...objects, ...LIBRARIES[core](), "-o", program]) !== 0) process.exit(1);
  return program;
}

/** The folder of the shared libraries. */
function buildLoaded(core, kind) {
  const folder = join(NATIVE, "../build/sanitize", kind);
  mkdirSync(folder, { recursive: true });
  for (const { name, source, flags } of LOADED[core]) {
    const library = join(folder, name);
    const from = join(NATIVE, source);
    if (isCurrent(library, [from])) continue;
    const options = ["-std=c11", "-O1", "-g1", "-fPIC", "-shared", ...WARNINGS, ...FLAGS[kind], ...flags];
    if (run(process.env["CC"] ?? "cc", [...options, from, "-o", library]) !== 0) process.exit(1);
  }
  return folder;
}

/** The folder of the random models and adapters that the tests over llama.cpp load. */
async function writeModels() {
  const folder = join(NATIVE, "../build/sanitize/models");
  mkdirSync(folder, { recursive: true });
  const { writeRandomModel, writeRandomAdapter } = await import(join(RANDOM_MODELS, "random-model.mjs"));
  const model = (type) => (architecture) => ({
    file: join(folder, `${architecture}.gguf`),
    write: (file) => writeRandomModel(file, { architecture, type }),
  });
  const writes = [...GENERATING.map(model("q8_0")), ...EMBEDDING.map(model("f32"))];
  writes.push({ file: join(folder, "llama-adapter.gguf"), write: writeRandomAdapter });
  for (const { file, write } of writes) {
    if (!isCurrent(file, filesOf(RANDOM_MODELS, ".mjs"))) await write(file);
  }
  return folder;
}

const [core, kind] = process.argv.slice(2);
if (!Object.hasOwn(CORES, core ?? "") || !Object.hasOwn(FLAGS, kind ?? "")) {
  console.error(`Expected telemetry, engine or llama, then thread or address; received ${core} ${kind}.`);
  process.exit(2);
}
const program = await build(core, kind);
if (core === "llama") {
  process.env["TACHO_MODELS"] = await writeModels();
  process.env["TACHO_LLAMA_LIBRARIES"] = LLAMA_LIBRARIES;
} else {
  process.env["TACHO_FAKE_LIBRARIES"] = buildLoaded(core, kind);
}
const status = run(program, []);
if (status !== 0) {
  console.error(`${program} ended with ${status}.`);
  process.exit(1);
}
