// Builds a native core with its tests under a sanitizer and runs them: `node run.mjs telemetry|engine thread|address`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FLAGS = {
  thread: ["-fsanitize=thread"],
  address: ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
};
const TESTING = dirname(fileURLToPath(import.meta.url));
const NATIVE = dirname(TESTING);
/** Folders whose sources make each core's test program. Neither knows Node; the engine's loop not even llama.cpp. */
const CORES = {
  telemetry: ["telemetry", "telemetry/nvml", "telemetry/render", "telemetry/tests", "testing"],
  engine: ["engine/loop", "engine/tests", "testing"],
};
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

function isCurrent(program, inputs) {
  const built = statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return inputs.every((file) => statSync(file).mtimeMs < built);
}

function build(core, kind) {
  const folder = join(NATIVE, "../build/sanitize");
  const program = join(folder, `${core}_tests_${kind}`);
  const folders = CORES[core].map((name) => join(NATIVE, name));
  const sources = folders.flatMap((where) => filesOf(where, ".cpp"));
  const headers = [...folders, join(NATIVE, "telemetry")].flatMap((where) => filesOf(where, ".hpp"));
  if (isCurrent(program, [...sources, ...headers])) return program;
  mkdirSync(folder, { recursive: true });
  const flags = [
    "-std=c++20",
    "-O1",
    "-g",
    ...WARNINGS,
    "-Wno-missing-field-initializers",
    "-pthread",
    ...FLAGS[kind],
  ];
  const status = run(process.env["CXX"] ?? "c++", [...flags, ...sources, "-o", program]);
  if (status !== 0) process.exit(1);
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
    const options = ["-std=c11", "-O1", "-g", "-fPIC", "-shared", ...WARNINGS, ...FLAGS[kind], ...flags];
    if (run(process.env["CC"] ?? "cc", [...options, from, "-o", library]) !== 0) process.exit(1);
  }
  return folder;
}

const [core, kind] = process.argv.slice(2);
if (!Object.hasOwn(CORES, core ?? "") || !Object.hasOwn(FLAGS, kind ?? "")) {
  console.error(`Expected telemetry or engine, then thread or address; received ${core} ${kind}.`);
  process.exit(2);
}
const program = build(core, kind);
process.env["TACHO_FAKE_LIBRARIES"] = buildLoaded(core, kind);
const status = run(program, []);
if (status !== 0) {
  console.error(`${program} ended with ${status}.`);
  process.exit(1);
}
