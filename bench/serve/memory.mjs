// Memory of all of a server's processes, idle and under load. One server at a time: two that map one file would share
// its pages, and each would seem to hold half.
import { statSync } from "node:fs";
import { readGgufFileInfo } from "node-llama-cpp";
import { cellsFor } from "../command-line.mjs";
import { rounded } from "../figures.mjs";
import { closedLoop } from "../load/closed-loop.mjs";
import { short } from "../report/text-table.mjs";
import { partiesOf, withServers } from "./parties.mjs";

const STREAMS = 64;
const MIB = 2 ** 20;
/** Keys and values are kept in f16 by all of them. */
const BYTES_A_NUMBER = 2;

async function bytesPerCell(model) {
  const { architectureMetadata: meta } = await readGgufFileInfo(model);
  const heads = meta.attention.head_count_kv ?? meta.attention.head_count;
  const length = meta.embedding_length / meta.attention.head_count;
  const numbers = heads * ((meta.attention.key_length ?? length) + (meta.attention.value_length ?? length));
  return BYTES_A_NUMBER * meta.block_count * numbers;
}

/** The most that is read while `load` runs. */
async function during(load, read) {
  const readings = [];
  const timer = setInterval(() => readings.push(read()), 100);
  await load.finally(() => clearInterval(timer));
  readings.push(read());
  return readings.reduce((most, reading) => (reading.pss > most.pss ? reading : most));
}

const inMib = (memory) =>
  Object.fromEntries(Object.entries(memory).map(([name, bytes]) => [name, rounded(bytes / MIB)]));

export const memory = {
  async measure({ parties, ...options }) {
    const cells = STREAMS * cellsFor(options.promptTokens + options.tokens);
    const weights = statSync(options.model).size;
    const cache = cells * (await bytesPerCell(options.model));
    const withBeyond = (read) => ({ ...inMib(read), beyond: rounded((read.pss - weights - cache) / MIB) });
    const rows = {};
    for (const name of parties) {
      process.stderr.write(`memory of ${name} …\n`);
      await withServers(partiesOf([name]), { ...options, parallel: STREAMS, cells }, async (servers) => {
        const server = servers[name];
        await closedLoop(server.port, 1, options);
        const idle = withBeyond(server.memory());
        const loaded = withBeyond(await during(closedLoop(server.port, STREAMS, options), server.memory));
        rows[name] = { flags: server.flags, idle, loaded };
      });
    }
    return {
      streams: STREAMS,
      weightsMiB: rounded(weights / MIB),
      cacheMiB: rounded(cache / MIB),
      parties: rows,
    };
  },
  table: ({ streams, weightsMiB, cacheMiB, parties }) => [
    ["MiB", "RSS", "PSS", "anonymous", "file", "shared", `PSS beyond ${weightsMiB} + ${cacheMiB}`],
    Object.entries(parties).flatMap(([name, { idle, loaded }]) =>
      Object.entries({ idle, [`${streams} streams`]: loaded }).map(([state, figures]) => [
        `${name}, ${state}`,
        ...["rss", "pss", "anonymous", "file", "shared", "beyond"].map((key) => short(figures[key])),
      ]),
    ),
  ],
};
