// Requests with Poisson arrivals, at a set share of what the slowest party can do.
import { cellsFor } from "../command-line.mjs";
import { rounded } from "../figures.mjs";
import { closedLoop } from "../load/closed-loop.mjs";
import { measured } from "../load/measured.mjs";
import { openLoop, poissonArrivals } from "../load/open-loop.mjs";
import { LOAD_HEAD, loadRows } from "./closed.mjs";
import { inTurns, partiesOf, summarised, withServers } from "./parties.mjs";

const PARALLEL = 16;

async function slowestRate(servers, options) {
  const turn = (server) => measured(server, (port) => closedLoop(port, PARALLEL, options));
  const results = await inTurns(servers, 2, turn);
  return Math.min(...Object.values(results).map((rounds) => rounds.at(-1).figures.rate));
}

export const open = {
  async measure({ parties, rounds, load, seconds, ...options }) {
    const cells = PARALLEL * cellsFor(options.promptTokens + options.tokens);
    return withServers(partiesOf(parties), { ...options, parallel: PARALLEL, cells }, async (servers) => {
      const requestsASecond = (load * (await slowestRate(servers, options))) / options.tokens;
      process.stderr.write(`open loop, ${rounded(requestsASecond)} requests a second, ${rounds} rounds …\n`);
      const turn = (server, round) => {
        const arrivals = poissonArrivals(requestsASecond, seconds, round);
        return measured(server, (port) => openLoop(port, arrivals, options));
      };
      const results = await inTurns(servers, rounds, turn);
      return { requestsASecond: rounded(requestsASecond), load, seconds, ...summarised(servers, results) };
    });
  },
  table: (figures) => [LOAD_HEAD, loadRows(`${figures.requestsASecond}/s`, figures)],
};
