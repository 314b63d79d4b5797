/**
 * Bucket bounds, by whose they are. A view can show only bounds that its histogram recorded, so each histogram records
 * those of all systems whose views are made of it, and shows our own under its own name.
 */

/** Seconds: half a millisecond (a tiny model's step) to ten minutes (a long request in a long queue). */
export const DURATION_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
] as const;

/** Seconds: the gap between two tokens of one stream, finest where a reader notices. */
export const TOKEN_LATENCY_SECONDS = [
  0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1,
  5,
] as const;

/** Seconds: a copy of 100 KB to one of gigabytes. */
export const STATE_RESTORE_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5,
] as const;

/** Sequences or tokens in one step: powers of two up to llama.cpp's 256 sequences and the batch limit. */
export const STEP_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] as const;

/** Tokens of one request, prompt or answer. */
export const REQUEST_TOKENS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
  1_000_000,
] as const;

/** Bytes of an HTTP message's body: 100 B to 100 MB. */
export const BODY_BYTES = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000] as const;

export const NEURONETES = {
  ttftMs: [50, 100, 200, 350, 500, 750, 1000, 2000, 5000],
  latencyMs: [100, 250, 500, 1000, 2500, 5000, 10_000, 30_000],
  modelLoadSeconds: [1, 5, 10, 30, 60, 120, 300, 600],
  streamInitMs: [5, 10, 25, 50, 100, 200, 500],
  jitterMs: [1, 5, 10, 25, 50, 100, 200],
  failoverSeconds: [1, 5, 10, 30, 60, 120],
  stateRestoreSeconds: [0.5, 1, 2, 5, 10, 30, 60],
} as const;

export const DISTRIBUTED_LLM = {
  networkSeconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  inferenceSeconds: [0.1, 0.5, 1, 2, 5, 10, 30, 60],
  healthCheckSeconds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
} as const;

export const NEURECTOMY = {
  httpSeconds: [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10],
  bodyBytes: [100, 1000, 10_000, 100_000, 1_000_000],
  engineSeconds: [0.1, 0.5, 1, 2, 5, 10, 30],
  batchSize: [1, 2, 4, 8, 16, 32, 64],
} as const;

export const RYOT = {
  requestSeconds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  ttftSeconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  interTokenSeconds: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  tokensPerRequest: [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2000],
  batchSize: [1, 2, 4, 8, 16, 32, 64, 128],
  queueSeconds: [0, 0.1, 0.5, 1, 5, 10, 30, 60],
} as const;

export const ORCHESTRATOR = {
  stageSeconds: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  /** The default ones of its metrics client, which it names for none of its own. */
  defaultSeconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ttftSeconds: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
} as const;

export const VLLM = {
  requestSeconds: [
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
  ],
  ttftSeconds: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160,
    640, 2560,
  ],
  interTokenSeconds: [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  ],
  iterationTokens: [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384],
  requestTokens: REQUEST_TOKENS,
  choices: [1, 2, 5, 10, 20],
} as const;

export const TGI = {
  /** 0.1 ms times 1.5^k, k from 1 to 35. */
  seconds: Array.from({ length: 35 }, (_, k) => 0.0001 * 1.5 ** (k + 1)),
} as const;

export const OTEL = {
  durationSeconds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  timePerTokenSeconds: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  ttftSeconds: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  tokens: [
    1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
  ],
} as const;

/** Milliseconds as our metrics have them. */
export function inSeconds(milliseconds: readonly number[]): number[] {
  return milliseconds.map((ms) => ms / 1000);
}

/** What one histogram records, so that all of these can be shown. */
export function boundsOf(...wanted: readonly (readonly number[])[]): number[] {
  return [...new Set(wanted.flat())].sort((a, b) => a - b);
}
