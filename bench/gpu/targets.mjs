// What the figures on a GPU are to reach.

const atLeast = (limit) => ({ expected: `≥ ${limit}`, holds: (value) => value >= limit });
const atMost = (limit, expected = `≤ ${limit}`) => ({ expected, holds: (value) => value <= limit });

export const TARGETS = {
  /** tacho's tokens a second by llama-batched-bench's, at every number of sequences. */
  engineRate: atLeast(0.95),
  /** By llama-server's that samples where tacho does, at every number of streams; the gap is the 99th percentile. */
  serveRate: atLeast(1),
  serveGap: atMost(1),
  /** The same gap, while a long prompt is computed beside running streams. */
  stallGap: atMost(1),
  /** With telemetry by without. */
  telemetryRate: atLeast(0.995),
  /** Of one core, at one reading a second. */
  samplerShare: atMost(0.001, "≤ 0.1 %"),
  wrongReadings: atMost(0),
  failedTests: atMost(0),
};
