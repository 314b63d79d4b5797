import { resolve } from "node:path";

/** "libllama.cuda.built.v0.5.0.so": told apart from the prebuilt ones too. */
export function variantOf({ backend, release }) {
  return `${backend}.built.${release}`;
}

/** Of every build. What node-llama-cpp's prebuilt libraries were built with, where it makes a difference to us. */
const ALWAYS = {
  CMAKE_BUILD_TYPE: "Release",
  BUILD_SHARED_LIBS: "ON",
  // Back ends are loaded from the folder when the server starts: so a missing driver leaves the CPU.
  GGML_BACKEND_DL: "ON",
  // llama.cpp refuses GGML_NATIVE with these, and picks the CPU's variant when it loads them.
  GGML_NATIVE: "OFF",
  GGML_CPU_ALL_VARIANTS: "ON",
  // The engine brings threads of its own.
  GGML_OPENMP: "OFF",
  // engine.node names libllama-common.so, without a version.
  CMAKE_PLATFORM_NO_VERSIONED_SONAME: "ON",
  CMAKE_BUILD_WITH_INSTALL_RPATH: "ON",
  LLAMA_BUILD_COMMON: "ON",
  ...off(
    ["TESTS", "TOOLS", "EXAMPLES", "SERVER", "APP", "UI", "MTMD", "BORINGSSL"].map(
      (part) => `LLAMA_BUILD_${part}`,
    ),
  ),
  ...off(["LLAMA_USE_PREBUILT_UI", "LLAMA_OPENSSL", "LLAMA_LLGUIDANCE"]),
};

function off(names) {
  return Object.fromEntries(names.map((name) => [name, "OFF"]));
}

function cudaOptions({ toolkit, architectures }) {
  return {
    GGML_CUDA: "ON",
    CMAKE_CUDA_COMPILER: toolkit.nvcc,
    // CMake looks for the libraries before it knows the compiler, and takes those of any toolkit: of another one.
    ...(toolkit.root === null ? {} : { CUDAToolkit_ROOT: toolkit.root }),
    CMAKE_CUDA_ARCHITECTURES: architectures.join(";"),
    // One more library that a machine may lack, and only for a split of tensors that tacho does not make.
    GGML_CUDA_NCCL: "OFF",
  };
}

/** All that a build is told, but for where its sources and this repository lie. */
export function optionsOf(plan) {
  const runPath = ["$ORIGIN", ...(plan.toolkit?.libraries ? [plan.toolkit.libraries] : [])];
  return {
    ...ALWAYS,
    CMAKE_INSTALL_RPATH: runPath.join(";"),
    TACHO_VARIANT: variantOf(plan),
    LLAMA_BUILD_COMMIT: plan.release,
    ...(plan.toolkit === null ? { GGML_CUDA: "OFF" } : cudaOptions(plan)),
  };
}

/** The arguments that configure a build in `objects` of the sources in `source`. */
export function cmakeArguments(plan, { source, objects }) {
  const include = resolve("scripts/cuda/library-names.cmake");
  const options = { ...optionsOf(plan), "CMAKE_PROJECT_llama.cpp_INCLUDE": include };
  const definitions = Object.entries(options).map(([name, value]) => `-D${name}=${value}`);
  return ["-S", source, "-B", objects, ...definitions];
}
