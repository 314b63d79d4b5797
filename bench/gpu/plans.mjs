// The sizes of a run on a GPU and of its dry run, which computes on the CPU what a GPU would.
import { MODELS, TINY_MODELS } from "./models.mjs";

/** The first where the GPU has no room for all: it samples where tacho does. */
const RIVALS = ["llama-server-backend-sampling", "llama-server", "tacho-host-sampling"];

const GPU = {
  gpu: "cuda",
  models: MODELS,
  chosen: "8b-q8_0",
  sequences: [1, 8, 32, 64, 128, 256],
  streams: [1, 32, 64, 128],
  rivals: RIVALS,
  rounds: 3,
  // At 200 tokens a second of one stream, some minutes.
  telemetry: ["--rounds", "10", "--least-tokens", "2048"],
  recoveryRounds: 5,
  longPrompt: 32_000,
  leastTokens: 8192,
  load: ["--force"],
  nvml: ["--samples", "10", "--seconds", "60"],
  minutes: { nvml: 4, "telemetry-cost": 6, "long-prompt": 6, recovery: 3 },
  tests: Array.from({ length: 8 }, (_, i) => [`--shard=${i + 1}/8`]),
};

/** What a quarter of an hour is for, where all that is built came with the rest: something of each, in twelve minutes. */
const LENT_FIRST = [
  ...["machine", "build", "peers", `model-${GPU.chosen}`],
  ...[1, 32, 256].map((count) => `engine-${GPU.chosen}-${count}`),
  ...[32, 128, 1].map((count) => `serve-${GPU.chosen}-${count}`),
  ...["recovery", "long-prompt", "nvml"],
];

/**
 * `chosen` is the model of what one model is enough for, `minutes` what the slices may take whose length the plan alone
 * decides, and `first` the slices that come before the others. `load` are options of every bench; tests are told by
 * vitest's arguments, one slice each.
 */
export const PLANS = {
  gpu: GPU,
  lent: {
    ...GPU,
    first: LENT_FIRST,
    rivals: RIVALS.slice(0, 1),
    rounds: 2,
    recoveryRounds: 3,
    longPrompt: 16_000,
    nvml: ["--samples", "3", "--seconds", "10"],
    minutes: { ...GPU.minutes, nvml: 1.2, "long-prompt": 1.3, recovery: 1.3 },
  },
  dry: {
    ...GPU,
    gpu: "off",
    models: TINY_MODELS,
    chosen: "tiny-q8_0",
    sequences: [1, 2],
    streams: [2],
    rounds: 1,
    telemetry: ["--rounds", "1", "--least-tokens", "16"],
    recoveryRounds: 1,
    longPrompt: 600,
    leastTokens: 16,
    load: ["--force", "--tokens", "8", "--threads", "1"],
    nvml: [
      ...["--samples", "2", "--sample-pause", "0.1", "--seconds", "0.5"],
      ...["--interval", "0.1", "--streams", "2"],
    ],
    tests: [["test/bench/figures.test.ts"]],
  },
};
