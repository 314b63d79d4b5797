// What the figures are to reach.

const NATIVE_OPERATIONS = ["counter", "gauge", "histogram", "native histogram"];
const RECORDED = { counter: 5, histogram: 12, "native histogram": 8 };
const FASTER_THAN = { "prom-client": 20, OpenTelemetry: 50 };
const MOST_NATIVE_NS = 3;
const MOST_FOR_TWO_WRITERS = 1.3;
const RENDERED_FASTER = 15;
const MOST_HELD_MS = 0.2;

const atMost = (limit) => ({ expected: `≤ ${limit}`, holds: (value) => value <= limit });
const atLeast = (limit) => ({ expected: `≥ ${limit}`, holds: (value) => value >= limit });

/** How many times as long a rival takes. */
export function ratio(rival, own) {
  return rival / own;
}

/** A loop that is never idle stands still for its longest gap; of one that waits, all the work is counted. */
export function heldMs({ busyMs, gap }) {
  return Math.max(busyMs, gap.scrapingMs);
}

function recordingTargets({ tacho, ...rivals }) {
  const own = Object.entries(RECORDED).flatMap(([operation, limit]) => [
    [`JavaScript ${operation}, ns`, tacho[operation].ns, atMost(limit)],
    [`JavaScript ${operation}, bytes allocated`, tacho[operation].bytes, atMost(0)],
    [`JavaScript ${operation}, collections`, tacho[operation].process.collections, atMost(0)],
  ]);
  const others = Object.entries(FASTER_THAN).flatMap(([library, limit]) =>
    Object.keys(RECORDED)
      .filter((operation) => operation in rivals[library])
      .map((operation) => [
        `JavaScript ${operation}, times as fast as ${library}`,
        ratio(rivals[library][operation].ns, tacho[operation].ns),
        atLeast(limit),
      ]),
  );
  return [...own, ...others];
}

function writerTargets({ nativeRecording, twoWriters }) {
  const native = NATIVE_OPERATIONS.map((operation) => [
    `C++ ${operation}, ns`,
    nativeRecording[operation].ns,
    atMost(MOST_NATIVE_NS),
  ]);
  const two = Object.entries(twoWriters).flatMap(([language, operations]) =>
    Object.entries(operations).map(([operation, { alone, together }]) => [
      `${language} ${operation}, two writers to one`,
      ratio(together, alone),
      atMost(MOST_FOR_TWO_WRITERS),
    ]),
  );
  return [...native, ...two];
}

function renderingTargets({ rendering }) {
  const faster = Object.entries(rendering).map(([series, { tacho, "prom-client": rival }]) => [
    `rendering ${series} series, times as fast as prom-client`,
    ratio(rival.ms, tacho.ms),
    atLeast(RENDERED_FASTER),
  ]);
  const held = heldMs(rendering["10000"].tacho);
  return [...faster, ["event loop held by 10000 series, ms", held, atMost(MOST_HELD_MS)]];
}

/** One row each: what, the value, what it is to be, and whether it is. */
export function judge(figures) {
  const rows = [
    ...recordingTargets(figures.recording),
    ...writerTargets(figures),
    ...renderingTargets(figures),
  ];
  return rows.map(([what, value, { expected, holds }]) => ({ what, value, expected, holds: holds(value) }));
}
