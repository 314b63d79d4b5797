// Whether tacho's memory stays flat however many tokens it has generated: the JavaScript heap of each of its threads, and
// the RSS of its processes. A tiny model, so that a million tokens take minutes.
import { setTimeout as pause } from "node:timers/promises";
import { cellsFor } from "../command-line.mjs";
import { rounded } from "../figures.mjs";
import { closedLoop } from "../load/closed-loop.mjs";
import { modelName } from "../peers/servers.mjs";
import { seriesOf } from "../processes/metric-series.mjs";
import { short } from "../report/text-table.mjs";
import { collecting } from "./collecting.mjs";
import { floorsOf, slopeOf } from "./heap-floors.mjs";
import { partiesOf, withServers } from "./parties.mjs";

const STREAMS = 32;
const SHAPE = "tiny";
/** Seldom enough that asking makes next to no garbage of its own: less than four times a second. */
const PAUSE_MS = 250;
const TENTHS = 10;
const MIB = 2 ** 20;

async function sampleOf(server) {
  const text = await server.metricsText();
  const [tokens] = Object.values(seriesOf(text, "tacho_generation_tokens_total"));
  return {
    tokens,
    bytes: { ...seriesOf(text, "nodejs_heap_size_used_bytes"), RSS: server.memory().rss },
    collections: seriesOf(text, "nodejs_gc_duration_seconds_count", { kind: "major" }),
  };
}

/** One before, many during, and one after the load. */
async function samplesDuring(server, load) {
  const samples = [await sampleOf(server)];
  let loading = true;
  const loaded = load().finally(() => (loading = false));
  loaded.catch(() => {}); // It is awaited below, unless a sample fails before.
  while (loading) {
    await Promise.race([loaded, pause(PAUSE_MS)]);
    samples.push(await sampleOf(server));
  }
  await loaded;
  return samples;
}

async function generate(port, atLeast, options) {
  for (let made = 0; made < atLeast;) {
    const streams = await closedLoop(port, STREAMS, options);
    made += streams.reduce((sum, { usage }) => sum + usage.generatedTokens, 0);
  }
}

const inMib = (floor) => (floor === null ? null : rounded(floor.bytes / MIB));

/** What each tenth of the run had at least, and whether that grew in the second half. */
function growthOf(samples, name) {
  const first = samples[0].tokens;
  const total = samples.at(-1).tokens - first;
  const own = samples.map(({ tokens, bytes }) => ({ tokens: tokens - first, bytes: bytes[name] }));
  const floors = floorsOf(own, total, TENTHS);
  const slope = slopeOf(floors.slice(TENTHS / 2));
  const collected = samples.at(-1).collections[name];
  return {
    floorsMiB: floors.map(inMib),
    firstMiB: inMib(floors[0]),
    lastMiB: inMib(floors.at(-1)),
    bytesPerToken: slope === null ? null : rounded(slope),
    ...(collected === undefined ? {} : { majorCollections: collected - samples[0].collections[name] }),
  };
}

function figuresOf(samples) {
  const names = Object.keys(samples.at(-1).bytes);
  return {
    tokens: samples.at(-1).tokens - samples[0].tokens,
    samples: samples.length,
    memory: Object.fromEntries(names.map((name) => [name, growthOf(samples, name)])),
  };
}

export const heap = {
  async measure({ heapTokens, modelOfShape, ...options }) {
    const model = modelOfShape(SHAPE);
    process.stderr.write(`heap over ${heapTokens} tokens, ${STREAMS} streams …\n`);
    const cells = STREAMS * cellsFor(options.promptTokens + options.tokens);
    const sizes = { model, parallel: STREAMS, cells, environment: collecting() };
    return withServers(partiesOf(["tacho"]), { ...options, ...sizes }, async ({ tacho }) => {
      await closedLoop(tacho.port, STREAMS, options); // As in the closed loop.
      const samples = await samplesDuring(tacho, () => generate(tacho.port, heapTokens, options));
      return { streams: STREAMS, model: modelName(model), flags: tacho.flags, ...figuresOf(samples) };
    });
  },
  table: ({ tokens, memory }) => {
    const all = Object.values(memory);
    const tenths = Array.from({ length: TENTHS }, (_, i) => [
      `to ${short((tokens * (i + 1)) / TENTHS)} tokens`,
      ...all.map(({ floorsMiB }) => short(floorsMiB[i])),
    ]);
    return [
      ["least MiB in use", ...Object.keys(memory)],
      [
        ...tenths,
        ["bytes/token, second half", ...all.map(({ bytesPerToken }) => short(bytesPerToken))],
        ["major collections", ...all.map(({ majorCollections }) => short(majorCollections))],
      ],
    ];
  },
};
