// What a GPU machine without a network, npm or Node needs: an archive each. `list` gives paths in the repository, or in the
// folder that `base` tells of it and the peers' (null: there is nothing to pack), `without` what tar leaves out of them, and
// `under` where they belong in the repository.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** llama.cpp's libraries for the CPU; those for CUDA are built there, and other platforms' are others. */
const LLAMA_LIBRARIES = `linux-${process.arch}`;

/** Only to write code with; no test and no bench asks for them. */
const DEVELOPMENT = [
  "eslint",
  "prettier",
  "typescript-eslint",
  "@typescript-eslint",
  "@eslint",
  "@eslint-community",
];

/** A package that is only a link to others is not followed. */
function modulesOf(root) {
  const folder = path.join(root, "node_modules");
  return readdirSync(folder)
    .filter((name) => !DEVELOPMENT.includes(name) && name !== "@node-llama-cpp")
    .map((name) => `node_modules/${name}`)
    .concat(`node_modules/@node-llama-cpp/${LLAMA_LIBRARIES}`);
}

/** What is installed without development dependencies: not even typescript, which a dependency would but accept. */
function isForProduction([place, { dev, devOptional }]) {
  return place.startsWith("node_modules/") && !dev && !devOptional;
}

/** Of these, what this machine has; a package that lies in another comes with it. */
function productionModules(root) {
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(isForProduction)
    .map(([place]) => place)
    .filter((place) => place.lastIndexOf("node_modules/") === 0)
    .filter(
      (place) => !place.startsWith("node_modules/@node-llama-cpp/") || place.endsWith(`/${LLAMA_LIBRARIES}`),
    )
    .filter((place) => existsSync(path.join(root, place)));
}

/** All that git would take, were it told to: paths in the repository. */
export function trackedFiles(root) {
  const options = { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 };
  const files = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    options,
  );
  return files.split("\0").filter((file) => file !== "" && existsSync(path.join(root, file)));
}

const hasCuda = (root) => existsSync(path.join(root, "build/cuda/build.json"));

export const PARTS = [
  { name: "repository", list: trackedFiles, isInClone: true },
  {
    name: "addons",
    list: () => ["dist", "build/Release/telemetry.node", "build/engine/Release/engine.node"],
  },
  {
    // Where it was built here: a compiler needs no GPU, and then the GPU's time is all for measuring.
    name: "cuda",
    base: (root) => (hasCuda(root) ? root : null),
    list: () => ["build/cuda"],
  },
  {
    name: "peers",
    base: (root, programs) => (hasCuda(root) ? programs : null),
    under: "build/peers/build/bin/",
    list: () => ["."],
    // Links to build/cuda.
    without: ["libggml-cuda.so", "libggml-cpu*.so"],
  },
  {
    name: "modules",
    list: (root, { forBenches }) => (forBenches ? productionModules(root) : modulesOf(root)),
    // The sources of llama.cpp have an archive of their own.
    without: [
      ...["*.map", "*.d.mts", "*.d.cts"],
      ...["openai", "@anthropic-ai/sdk"].map((name) => `node_modules/${name}/src`),
      "node_modules/node-llama-cpp/llama/gitRelease.bundle",
      "node_modules/.cache",
      "node_modules/.vite",
    ],
  },
];

/**
 * Of llama.cpp's sources, what neither the libraries nor the peers are built from. Not `scripts`, which makes llama-server's
 * empty user interface.
 */
export const UNUSED_SOURCES = [
  ...[
    "models",
    "docs",
    "media",
    "examples",
    "tests",
    "benches",
    "conversion",
    "gguf-py",
    "app",
    "ci",
    "pocs",
  ],
  ...["skills", "requirements", "convert_*.py", ".github", ".devops"],
  ...["ui/src", "ui/static", "ui/tests", "mtmd/tests", "mtmd/test-*", "server/tests", "server/bench"].map(
    (part) => `tools/${part}`,
  ),
  ...["vulkan", "sycl", "opencl", "metal", "cann", "hexagon", "webgpu", "openvino", "zendnn", "zdnn"].map(
    (backend) => `ggml/src/ggml-${backend}`,
  ),
];
