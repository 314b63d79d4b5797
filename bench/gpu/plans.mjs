// The sizes of a run on a GPU and of its dry run, which computes on the CPU what a GPU would.
import { MODELS, TINY_MODELS } from "./models.mjs";

/**
 * `chosen` is the model of what one model is enough for. `load` are options of every bench; tests are told by vitest's
 * arguments, one slice each.
 */
export const PLANS = {
  gpu: {
    gpu: "cuda",
    models: MODELS,
    chosen: "8b-q8_0",
    sequences: [1, 8, 32, 64, 128, 256],
    streams: [1, 32, 64, 128],
    rounds: 3,
    // At 200 tokens a second of one stream, some minutes.
    telemetry: ["--rounds", "10", "--least-tokens", "2048"],
    recoveryRounds: 5,
    longPrompt: 32_000,
    leastTokens: 8192,
    load: ["--force"],
    nvml: ["--samples", "10", "--seconds", "60"],
    tests: Array.from({ length: 8 }, (_, i) => [`--shard=${i + 1}/8`]),
  },
  dry: {
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
      "--samples",
      "2",
      "--sample-pause",
      "0.1",
      "--seconds",
      "0.5",
      "--interval",
      "0.1",
      "--streams",
      "2",
    ],
    tests: [["test/bench/figures.test.ts"]],
  },
};
