// What measuring each step and token costs the whole server: the same load with and without the decode loop's metrics of
// queue, TTFT, inter-token latency, tokens and steps. All others are recorded either way.
import { cellsFor } from "../command-line.mjs";
import { closedLoop } from "../load/closed-loop.mjs";
import { measured } from "../load/measured.mjs";
import { LOAD_HEAD, loadRows } from "./closed.mjs";
import { inTurns, summarised, withServers } from "./parties.mjs";

const PARTIES = { on: { server: "tacho" }, off: { server: "tacho", extra: ["--telemetry", "off"] } };

/** One stream, whose steps are the most, and many, whose records in each step are. */
const STREAMS = [1, 32];

export const telemetryCost = {
  async measure({ rounds, ...options }) {
    const levels = [];
    for (const streams of STREAMS) {
      process.stderr.write(`step and token metrics on and off, ${streams} streams, ${rounds} rounds …\n`);
      const cells = streams * cellsFor(options.promptTokens + options.tokens);
      const level = await withServers(PARTIES, { ...options, parallel: streams, cells }, async (servers) => {
        const turn = (server) => measured(server, (port) => closedLoop(port, streams, options));
        await inTurns(servers, 1, turn);
        return summarised(servers, await inTurns(servers, rounds, turn));
      });
      levels.push({ streams, ...level });
    }
    return levels;
  },
  table: (figures) => [LOAD_HEAD.with(2, "on by it"), figures.flatMap((row) => loadRows(row.streams, row))],
};
