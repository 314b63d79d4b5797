// What is done on the GPU machine, in pieces that each end well within ten minutes.
import { cellsFor } from "../command-line.mjs";
import { MANIFEST } from "./prebuilt.mjs";

const VITEST = "node_modules/vitest/vitest.mjs";
/** It downloads other Nodes, which a machine without a network cannot. */
const NETWORK_TESTS = "test/project/node-versions.test.ts";
const RIVALS = ["llama-server", "tacho-host-sampling", "llama-server-backend-sampling"];
/** What CUDA, the graphs and the compute buffers take of each process. */
const BYTES_A_PROCESS = 2e9;

const bench = (...args) => ["bench/main.mjs", ...args.map(String)];

/** Bytes of the GPU that so many processes take which have this model and so many cells each. */
const memoryOf = (model, cells, processes) =>
  processes * (model.bytes + cells * model.cell + BYTES_A_PROCESS);

const modelFlags = ({ shape, type }) => ["--shape", shape, "--type", type];

/** Of one sequence, with the benches' defaults. */
const CELLS = cellsFor(32 + 128);

/** A back end that came with the rest is taken as it is, unless it is to be for other architectures. */
function backEndBuild({ gpu }, { architectures, prebuilt }) {
  if (prebuilt && !architectures)
    return {
      title: "llama.cpp's CUDA back end, which came with the rest",
      minutes: 0.1,
      command: ["bench/gpu/prebuilt.mjs"],
    };
  const flags = [
    ...(gpu === "off" ? ["--backend", "cpu"] : []),
    ...(architectures ? ["--architectures", architectures] : []),
  ];
  return {
    title: "llama.cpp's CUDA back end, for tacho",
    minutes: 9,
    command: ["scripts/build-cuda.mjs", ...flags],
  };
}

/** Compilations of half an hour on a small machine: a dry run makes them only where they are named. */
function builds(plan, machine) {
  const { gpu, alone } = plan;
  const isDry = gpu === "off";
  return [
    {
      name: "build",
      isNamedOnly: isDry,
      manifest: isDry ? "build/cpu/build.json" : MANIFEST,
      ...backEndBuild(plan, machine),
    },
    {
      name: "peers",
      title: "llama-server and llama-batched-bench",
      minutes: 4,
      isNamedOnly: isDry || alone,
      needs: ["build"],
      result: "peers.json",
      command: bench("peers", "--gpu", gpu),
    },
  ];
}

const machineSlice = ({ gpu }) => ({
  name: "machine",
  title: "what the machine has",
  minutes: 0.2,
  result: "machine.json",
  command: ["bench/gpu/machine.mjs", ...(gpu === "cuda" ? [] : ["--without-compiler"])],
});

const modelSlice = ([name, model]) => ({
  name: `model-${name}`,
  title: `the model ${name}`,
  minutes: Math.max(0.5, model.bytes / 10e9),
  disk: model.bytes,
  result: "model.json",
  command: bench("model", ...modelFlags(model)),
});

const engineSlices = ([name, model], { sequences, rounds }, common) =>
  sequences.map((count) => ({
    name: `engine-${name}-${count}`,
    title: `the engine beside llama-batched-bench, ${count} sequences`,
    minutes: 1 + (rounds * model.bytes) / 25e9,
    needs: ["peers", `model-${name}`],
    memory: memoryOf(model, count * CELLS, 1),
    result: "engine.json",
    command: bench("engine", ...common, ...modelFlags(model), "--streams", count, "--rounds", rounds),
  }));

/** Four servers at once where they find room, else the two that matter most. */
function rivalsFor(model, streams, memory) {
  const all = memoryOf(model, streams * CELLS, RIVALS.length + 1);
  return all <= memory ? RIVALS : RIVALS.slice(0, 1);
}

function serveSlices([name, model], { streams, rounds, leastTokens, alone }, common, { memory }) {
  return streams.map((count) => {
    const rivals = alone ? [] : rivalsFor(model, count, memory);
    const tokens = count === 1 ? model.tokensAtOne : leastTokens;
    const load = ["--streams", count, "--rounds", rounds, "--least-tokens", tokens];
    const against = alone ? [] : ["--against", rivals.join(",")];
    return {
      name: `serve-${name}-${count}`,
      title: `HTTP beside llama-server, ${count} streams`,
      minutes: 2 + model.bytes / 10e9,
      needs: ["peers", `model-${name}`],
      memory: memoryOf(model, count * CELLS, rivals.length + 1),
      result: "serve-closed.json",
      command: bench("serve", "--scenario", "closed", ...common, ...modelFlags(model), ...load, ...against),
    };
  });
}

/** What one model is enough for. */
function singleSlices([name, model], { longPrompt, nvml, ...plan }, common) {
  const needs = [`model-${name}`, "build"];
  const serve = (scenario, ...flags) =>
    bench("serve", "--scenario", scenario, ...common, ...modelFlags(model), ...flags);
  return [
    {
      name: "nvml",
      title: "the GPU's metrics beside nvidia-smi, and what reading them costs",
      minutes: 4,
      needs,
      result: "nvml.json",
      command: bench("nvml", ...common, ...modelFlags(model), ...nvml),
    },
    {
      name: "telemetry-cost",
      title: "telemetry on and off",
      minutes: 6,
      needs,
      memory: memoryOf(model, 32 * CELLS, 2),
      result: "serve-telemetry-cost.json",
      command: serve("telemetry-cost", "--times-only", ...plan.telemetry),
    },
    {
      name: "long-prompt",
      title: `what a prompt of ${longPrompt} tokens does to running streams`,
      minutes: 6,
      needs: [...needs, "peers"],
      memory: memoryOf(model, 9 * cellsFor(longPrompt), plan.alone ? 1 : 2),
      result: "serve-long-prompt.json",
      command: serve("long-prompt", "--long-prompt", longPrompt, "--rounds", plan.rounds),
    },
    {
      name: "recovery",
      title: "the engine host killed under load",
      minutes: 3,
      needs,
      result: "serve-recovery.json",
      command: serve("recovery", "--rounds", plan.recoveryRounds),
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

/**
 * A slice has a `name`, a `title`, the `minutes` that it may take, names of slices that it `needs`, the `command` for node,
 * and the file, `result`, that it leaves in the folder that the runner names by `output` (--results). `memory` and `disk`
 * are bytes that there must be; an `isNamedOnly` one runs only where its name is given, and no other needs it. In place of
 * a result there may be a `manifest` of what was built.
 * @param {object} plan one of PLANS, with `alone`
 * @param {{ memory: number, architectures?: string, prebuilt?: boolean }} machine `memory`: bytes of the GPU
 */
export function slicesOf(plan, machine) {
  const toolchain = builds(plan, machine);
  const optional = toolchain.filter(({ isNamedOnly }) => isNamedOnly).map(({ name }) => name);
  const slices = [machineSlice(plan), ...toolchain, ...measurements(plan, machine)];
  return slices.map(({ needs = [], ...slice }) => ({
    environment: {},
    endsWith: [0],
    output: "--results",
    ...slice,
    needs: needs.filter((name) => !optional.includes(name)),
  }));
}
