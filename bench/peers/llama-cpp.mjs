// llama.cpp's own programs, built from the source that node-llama-cpp brings: the same commit as the libraries under
// tacho.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../cache-folder.mjs";

const SOURCE = fileURLToPath(new URL("../../node_modules/node-llama-cpp/llama/", import.meta.url));
const CUDA_BUILD = fileURLToPath(new URL("../../build/cuda", import.meta.url));
/** What bench/gpu/unpack.sh leaves on a machine that may lack git. */
const UNPACKED = fileURLToPath(new URL("../../build/llama.cpp-source", import.meta.url));
/** Such programs that were built elsewhere, with back ends beside them. */
const PACKED = fileURLToPath(new URL("../../build/peers", import.meta.url));
const HEADER = fileURLToPath(new URL("./amx-tile-config.h", import.meta.url));
const PROGRAMS = ["llama-server", "llama-batched-bench"];

/**
 * The header mends what the compiler makes of AMX. With AVX512-FP16 ggml leaves heads of 64 to scalar code, 30 times
 * slower: the builds that node-llama-cpp brings go without it.
 */
const FLAGS = process.arch === "x64" ? [`-include "${HEADER}"`, ...known("-mno-avx512fp16")].join(" ") : "";

/** Programs built with other flags or another header are others. */
const RECIPE = createHash("sha256")
  .update(FLAGS.replace(HEADER, ""))
  .update(readFileSync(HEADER))
  .digest("hex");

/** Compilers that do not know the instructions do not use them. */
function known(flag) {
  return spawnSync("cc", [flag, "-x", "c", "-E", "/dev/null"]).status === 0 ? [flag] : [];
}

/** llama.cpp's defaults (Release, OpenMP, this machine's instructions) without what needs a network. */
const DEFINES = {
  CMAKE_BUILD_TYPE: "Release",
  CMAKE_C_FLAGS: FLAGS,
  CMAKE_CXX_FLAGS: FLAGS,
  LLAMA_BUILD_TESTS: "OFF",
  LLAMA_BUILD_EXAMPLES: "OFF",
  LLAMA_BUILD_APP: "OFF",
  LLAMA_BUILD_UI: "OFF",
  LLAMA_USE_PREBUILT_UI: "OFF",
  LLAMA_OPENSSL: "OFF",
};

const GPU_DEFINES = { off: {}, cuda: { GGML_CUDA: "ON" }, vulkan: { GGML_VULKAN: "ON" } };

/**
 * For programs that load the back ends beside them instead of having their own, wherever they lie. The back ends name
 * libggml-base.so without a version, and so find the one of the program.
 */
const BACKENDS_BESIDE = {
  BUILD_SHARED_LIBS: "ON",
  CMAKE_BUILD_RPATH_USE_ORIGIN: "ON",
  CMAKE_PLATFORM_NO_VERSIONED_SONAME: "ON",
  GGML_BACKEND_DL: "ON",
  GGML_CPU: "OFF",
  GGML_NATIVE: "OFF",
};

/** What --gpu takes. */
export const GPUS = Object.keys(GPU_DEFINES);

/** By llama.cpp's names: the first of each kind. */
const DEVICES = { cuda: "CUDA0", vulkan: "Vulkan0" };

/**
 * How llama.cpp's programs put all layers where they belong. Where no GPU is found they would compute on the CPU without a
 * word; a device that was named and is not there makes them end.
 */
export function layerFlags(gpu) {
  return gpu === "off" ? [] : ["-ngl", "99", "-dev", DEVICES[gpu]];
}

/** A git that the user's configuration cannot lead astray. */
const ENVIRONMENT = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

export const LLAMA_RELEASE = JSON.parse(readFileSync(path.join(SOURCE, "llama.cpp.info.json"), "utf8")).tag;

function run(log, program, args) {
  const output = openSync(log, "a");
  const { status, error } = spawnSync(program, args, {
    stdio: ["ignore", output, output],
    env: ENVIRONMENT,
  });
  if (error?.code === "ENOENT") throw new Error(`Expected ${program} on the PATH to build the peers.`);
  if (status !== 0) throw new Error(`${program} ${args[0]} failed while building the peers; see ${log}.`);
}

/** Under another name until it is whole: a clone broken off must not be taken for one. */
function clone(folder, source) {
  if (existsSync(source)) return;
  const part = `${source}.part`;
  rmSync(part, { recursive: true, force: true });
  const bundle = path.join(SOURCE, "gitRelease.bundle");
  run(path.join(folder, "clone.log"), "git", ["clone", "--quiet", bundle, part]);
  renameSync(part, source);
}

/**
 * The folder with the back ends that `npm run build:cuda` made of the same release for tacho, or null. With these the
 * peers compute with the very same kernels, and no kernel is compiled twice.
 */
export function sharedBackends(gpu, folder = CUDA_BUILD) {
  const manifest = path.join(folder, "build.json");
  if (gpu !== "cuda" || !existsSync(manifest)) return null;
  return JSON.parse(readFileSync(manifest, "utf8")).release === LLAMA_RELEASE ? folder : null;
}

/** Where the programs look for them. Links: a new build of tacho's is theirs, too. */
export function linkBackends(folder, backends) {
  for (const file of readdirSync(backends).filter((name) => /^libggml-(cuda|cpu)\b.*\.so$/.test(name))) {
    rmSync(path.join(folder, file), { force: true });
    symlinkSync(path.join(backends, file), path.join(folder, file));
  }
}

function build(folder, source, definesOfGpu) {
  const output = path.join(folder, "build");
  // A compiler can take a gigabyte: a machine with many cores and little memory wants fewer of them.
  const jobs = process.env.TACHO_BENCH_JOBS ?? String(availableParallelism());
  const defines = Object.entries({ ...DEFINES, ...definesOfGpu }).map(
    ([name, value]) => `-D${name}=${value}`,
  );
  run(path.join(folder, "configure.log"), "cmake", ["-S", source, "-B", output, ...defines]);
  const targets = PROGRAMS.flatMap((name) => ["--target", name]);
  run(path.join(folder, "build.log"), "cmake", ["--build", output, "--parallel", jobs, ...targets]);
}

/** The folder that the programs lie in, or will. */
function homeOf(peers, gpu, backends) {
  if (peers !== undefined) return path.resolve(peers);
  if (gpu === "cuda" && existsSync(PACKED)) return PACKED;
  const kind = gpu === "off" ? "" : `-${gpu}${backends === null ? "" : "-shared"}`;
  return path.join(cacheFolder(), `llama.cpp-${LLAMA_RELEASE}${kind}-${RECIPE.slice(0, 8)}`);
}

function buildIn(home, gpu, backends) {
  mkdirSync(home, { recursive: true });
  console.error(
    `building ${PROGRAMS.join(", ")} of llama.cpp ${LLAMA_RELEASE} in ${home}, once, in some minutes …`,
  );
  const source = existsSync(UNPACKED) ? UNPACKED : path.join(home, "source");
  if (source !== UNPACKED) clone(home, source);
  build(home, source, backends === null ? GPU_DEFINES[gpu] : BACKENDS_BESIDE);
}

/** Paths by name in the folder of `homeOf`. */
const programsIn = (home) =>
  Object.fromEntries(PROGRAMS.map((name) => [name, path.join(home, "build/bin", name)]));

/** Where the programs are that share tacho's CUDA build, or null: so they can be taken to another machine. */
export function sharingPrograms() {
  const backends = sharedBackends("cuda");
  const folder = backends && path.join(homeOf(undefined, "cuda", backends), "build/bin");
  return folder && existsSync(folder) ? folder : null;
}

/**
 * Paths of llama.cpp's programs by name; the first use builds them. `peers` is the folder they lie in; without it and
 * TACHO_BENCH_PEERS that is one of the cache folder for each kind of GPU.
 */
export function llamaPrograms({ peers = process.env.TACHO_BENCH_PEERS, gpu }) {
  const backends = sharedBackends(gpu);
  const home = homeOf(peers, gpu, backends);
  const programs = programsIn(home);
  const isThere = () => Object.values(programs).every((file) => existsSync(file));
  if (!isThere()) buildIn(home, gpu, backends);
  if (backends !== null) linkBackends(path.join(home, "build/bin"), backends);
  return programs;
}
