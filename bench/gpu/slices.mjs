// What is done on the GPU machine, in pieces that each end well within ten minutes.
import path from "node:path";
import { cellsFor } from "../command-line.mjs";
import { MANIFEST } from "./prebuilt.mjs";
import { isMade, modelProducts, peerProducts } from "./products.mjs";

const VITEST = "node_modules/vitest/vitest.mjs";
/** It downloads other Nodes, which a machine without a network cannot. */
const NETWORK_TESTS = "test/project/node-versions.test.ts";
/** What CUDA, the graphs and the compute buffers take of each process. */
const BYTES_A_PROCESS = 2e9;

/** Until a process computes: CUDA's start, and the weights at a gigabyte a second. */
const startSeconds = ({ bytes }) => 5 + bytes / 1e9;
/** Of one party: prompts and tokens of a benchmark's turn. */
const ENGINE_TURN_SECONDS = 4;
const serveTurnSeconds = ({ bytes }) => 4 + bytes / 4e9;

const bench = (...args) => ["bench/main.mjs", ...args.map(String)];

/** Bytes of the GPU that so many processes take which have this model and so many cells each. */
const memoryOf = (model, cells, processes) =>
  processes * (model.bytes + cells * model.cell + BYTES_A_PROCESS);

const modelFlags = ({ shape, type }) => ["--shape", shape, "--type", type];

/** Of one sequence, with the benches' defaults. */
const CELLS = cellsFor(32 + 128);

/** Any of these is enough; git's bundle is, where there is git. */
const LLAMA_SOURCES = [
  "build/llama.cpp-source/unpacked",
  "node_modules/node-llama-cpp/llama/gitRelease.bundle",
];

/** A back end that is good for these GPUs is taken as it is; `unfit` tells why one is not. */
function backEndBuild({ gpu }, { architectures, unfit }) {
  if (gpu !== "off" && unfit === null)
    return {
      title: "llama.cpp's CUDA back end, which is there",
      minutes: 0.1,
      command: ["bench/gpu/prebuilt.mjs"],
    };
  const flags = [
    ...(gpu === "off" ? ["--backend", "cpu"] : []),
    ...(architectures ? ["--architectures", architectures] : []),
  ];
  return {
    title: `llama.cpp's CUDA back end, for tacho${unfit ? `: ${unfit}` : ""}`,
    minutes: 9,
    files: { "llama.cpp's sources": LLAMA_SOURCES },
    command: ["scripts/build-cuda.mjs", ...flags],
  };
}

/** Compilations of half an hour on a small machine: a dry run makes them only where they are named. */
function builds(plan, machine) {
  const { gpu, alone } = plan;
  const { root, isFit } = machine;
  const isDry = gpu === "off";
  const manifest = isDry ? "build/cpu/build.json" : MANIFEST;
  const peers = isDry ? {} : { products: () => peerProducts(root) };
  const hasPeers = !isDry && isMade(peers);
  return [
    {
      name: "build",
      // Without CUDA's libraries nothing here could be measured.
      needs: isDry ? [] : ["machine"],
      isNamedOnly: isDry,
      manifest,
      products: () => [path.join(root, manifest)],
      ...(isDry ? {} : { isFit }),
      ...backEndBuild(plan, machine),
    },
    {
      name: "peers",
      title: `llama-server and llama-batched-bench${hasPeers ? ", which are there" : ""}`,
      minutes: hasPeers ? 0.1 : 4,
      isNamedOnly: isDry || alone,
      needs: ["build"],
      result: "peers.json",
      ...peers,
      command: bench("peers", "--gpu", gpu),
    },
  ];
}

/** No compiler is asked for where nothing is left to compile for the GPU. */
const machineSlice = ({ gpu }, { unfit }) => ({
  name: "machine",
  title: "what the machine has",
  minutes: 0.2,
  result: "machine.json",
  command: [
    "bench/gpu/machine.mjs",
    ...(gpu === "cuda" ? [] : ["--without-libraries"]),
    ...(gpu === "cuda" && unfit !== null ? [] : ["--without-compiler"]),
  ],
});

const modelSlice = ([name, model]) => ({
  name: `model-${name}`,
  title: `the model ${name}`,
  minutes: Math.max(0.5, model.bytes / 10e9),
  disk: model.bytes,
  products: () => modelProducts(model),
  result: "model.json",
  command: bench("model", ...modelFlags(model)),
});

const engineSlices = ([name, model], { sequences, rounds }, common) =>
  sequences.map((count) => ({
    name: `engine-${name}-${count}`,
    title: `the engine beside llama-batched-bench, ${count} sequences`,
    // Each turn of each party is a process of its own.
    minutes: (rounds * 2 * (startSeconds(model) + ENGINE_TURN_SECONDS)) / 60,
    needs: ["peers", `model-${name}`],
    memory: memoryOf(model, count * CELLS, 1),
    result: "engine.json",
    command: bench("engine", ...common, ...modelFlags(model), "--streams", count, "--rounds", rounds),
  }));

/** Four servers at once where they find room, else the two that are most alike. */
function rivalsFor(model, streams, rivals, memory) {
  const all = memoryOf(model, streams * CELLS, rivals.length + 1);
  return all <= memory ? rivals : rivals.slice(0, 1);
}

/** Servers stay, and take turns: one to warm up, and those of the rounds. */
const serveMinutes = (model, servers, rounds) =>
  (servers * (startSeconds(model) + (rounds + 1) * serveTurnSeconds(model))) / 60;

function serveSlices([name, model], { streams, rounds, leastTokens, alone, ...plan }, common, { memory }) {
  return streams.map((count) => {
    const rivals = alone ? [] : rivalsFor(model, count, plan.rivals, memory);
    const tokens = count === 1 ? model.tokensAtOne : leastTokens;
    const load = ["--streams", count, "--rounds", rounds, "--least-tokens", tokens];
    const against = alone ? [] : ["--against", rivals.join(",")];
    return {
      name: `serve-${name}-${count}`,
      title: `HTTP beside llama-server, ${count} streams`,
      minutes: serveMinutes(model, rivals.length + 1, rounds),
      needs: ["peers", `model-${name}`],
      memory: memoryOf(model, count * CELLS, rivals.length + 1),
      result: "serve-closed.json",
      command: bench("serve", "--scenario", "closed", ...common, ...modelFlags(model), ...load, ...against),
    };
  });
}

/** What one model is enough for. */
function singleSlices([name, model], { longPrompt, nvml, minutes, ...plan }, common) {
  const needs = [`model-${name}`, "build"];
  const withoutPeers = plan.alone ? [] : ["--alone"];
  const serve = (scenario, ...flags) =>
    bench("serve", "--scenario", scenario, ...common, ...modelFlags(model), ...flags);
  return [
    {
      name: "nvml",
      title: "the GPU's metrics beside nvidia-smi, and what reading them costs",
      minutes: minutes.nvml,
      needs,
      result: "nvml.json",
      command: bench("nvml", ...common, ...modelFlags(model), ...nvml),
    },
    {
      name: "telemetry-cost",
      title: "telemetry on and off",
      minutes: minutes["telemetry-cost"],
      needs,
      memory: memoryOf(model, 32 * CELLS, 2),
      result: "serve-telemetry-cost.json",
      command: serve("telemetry-cost", ...withoutPeers, "--times-only", ...plan.telemetry),
    },
    {
      name: "long-prompt",
      title: `what a prompt of ${longPrompt} tokens does to running streams`,
      minutes: minutes["long-prompt"],
      needs: [...needs, "peers"],
      memory: memoryOf(model, 9 * cellsFor(longPrompt), plan.alone ? 1 : 2),
      result: "serve-long-prompt.json",
      command: serve("long-prompt", "--long-prompt", longPrompt, "--rounds", plan.rounds),
    },
    {
      name: "recovery",
      title: "the engine host killed under load",
      minutes: minutes.recovery,
      needs,
      result: "serve-recovery.json",
      command: serve("recovery", ...withoutPeers, "--rounds", plan.recoveryRounds),
    },
  ];
}

const testSlices = ({ tests, gpu }) =>
  tests.map((args, i) => ({
    name: `tests-${i + 1}`,
    title: `tests, part ${i + 1} of ${tests.length}`,
    minutes: 6,
    needs: ["build"],
    result: "tests.json",
    files: { vitest: [VITEST] },
    environment: gpu === "cuda" ? { TACHO_GPU: gpu } : {},
    command: [VITEST, "run", ...args, "--exclude", NETWORK_TESTS, "--reporter=json"],
    output: "--outputFile",
    // Failed tests are a result, too.
    endsWith: [0, 1],
  }));

/** The chosen model with all that takes only one comes first, so that a short run has something of everything. */
function measurements({ models, chosen, ...plan }, machine) {
  const common = ["--gpu", plan.gpu, ...plan.load, ...(plan.alone ? ["--alone"] : [])];
  const compared = (entry) => [
    ...engineSlices(entry, plan, common),
    ...serveSlices(entry, plan, common, machine),
  ];
  const first = [chosen, models[chosen]];
  const others = Object.entries(models).filter(([name]) => name !== chosen);
  return [
    modelSlice(first),
    ...singleSlices(first, plan, common),
    ...compared(first),
    ...testSlices(plan),
    ...others.flatMap((entry) => [modelSlice(entry), ...compared(entry)]),
  ];
}

/** Those that are named first, in that order, and then the rest in theirs. */
function ordered(slices, first = []) {
  const named = first.map((name) => slices.find((slice) => slice.name === name)).filter(Boolean);
  return [...named, ...slices.filter((slice) => !named.includes(slice))];
}

/**
 * A slice has a `name`, a `title`, the `minutes` that it may take, names of slices that it `needs`, the `command` for node,
 * and the file, `result`, that it leaves in the folder that the runner names by `output` (--results). `memory` and `disk`
 * are bytes that there must be, and `files` what of the repository: by what they are, paths of which one is enough. An
 * `isNamedOnly` one runs only where its name is given, and no other needs it. In place of a result there may be a
 * `manifest` of what was built. `products` tells the paths of what it leaves outside --out, and `isFit` whether that is
 * good for this machine: only then it is done.
 * @param {object} plan one of PLANS, with `alone`
 * @param {{ root: string, memory: number, architectures?: string, unfit?: string | null, isFit?: () => boolean }} machine
 *   `memory`: bytes of the GPU; `unfit`: why the CUDA back end that is there must be built, null where it is good
 */
export function slicesOf(plan, machine) {
  const toolchain = builds(plan, machine);
  const optional = toolchain.filter(({ isNamedOnly }) => isNamedOnly).map(({ name }) => name);
  const slices = [machineSlice(plan, machine), ...toolchain, ...measurements(plan, machine)];
  return ordered(slices, plan.first).map(({ needs = [], ...slice }) => ({
    environment: {},
    endsWith: [0],
    output: "--results",
    ...slice,
    needs: needs.filter((name) => !optional.includes(name)),
  }));
}
