// The servers of a comparison, all running, taking turns.
import { compared, spreads } from "../figures.mjs";
import { SERVERS } from "../peers/servers.mjs";

/** With what its servers said last, which may tell why. */
function explained(error, running) {
  const said = Object.entries(running).map(([name, server]) => [name, server.end().words]);
  const words = said.filter(([, text]) => text !== "").map(([name, text]) => `${name} said last: ${text}`);
  return new Error([error.message, ...words].join("\n"), { cause: error });
}

/**
 * Starts the servers, gives them to `use` by name, and stops them whatever happens. `parties` maps names to what they
 * differ in: `server`, a key of SERVERS (the name itself by default), and `extra` flags.
 */
export async function withServers(parties, options, use) {
  const running = {};
  const stop = () => Promise.all(Object.values(running).map((server) => server.stop()));
  try {
    for (const [name, { server = name, extra } = {}] of Object.entries(parties))
      running[name] = await SERVERS[server]({ ...options, extra });
    return await use(running);
  } catch (error) {
    await stop(); // One that is about to end has not said its last.
    throw explained(error, running);
  } finally {
    await stop();
  }
}

/** Servers as --against names them, in what they differ from the plain one. */
const VARIANTS = {
  "tacho-host-sampling": { server: "tacho", extra: ["--backend-sampling", "off"] },
  "llama-server-backend-sampling": { server: "llama-server", extra: ["--backend-sampling"] },
};

/** What may be compared with tacho. */
export const RIVALS = ["llama-server", "node-llama-cpp", ...Object.keys(VARIANTS)];

/** Of `names`, parties that differ in nothing else. */
export function partiesOf(names) {
  return Object.fromEntries(names.map((name) => [name, VARIANTS[name] ?? {}]));
}

/** `turn(server, round)` for each server in each round; the results by name, in the order of the rounds. */
export async function inTurns(servers, rounds, turn) {
  const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++)
    for (const [name, server] of Object.entries(servers)) results[name].push(await turn(server, round));
  return results;
}

/** Medians and spreads of each party's figures, and the first party's rate by the others'. */
export function summarised(servers, results) {
  const parties = Object.entries(results).map(([name, rounds]) => [
    name,
    {
      flags: servers[name].flags,
      ...spreads(rounds.map(({ figures }) => figures)),
      threads: rounds.at(-1).threads,
    },
  ]);
  const [[, own], ...rivals] = Object.entries(results);
  const rates = (rounds) => rounds.map(({ figures }) => figures.rate);
  return {
    parties: Object.fromEntries(parties),
    rateRatios: Object.fromEntries(
      rivals.map(([name, rounds]) => [name, compared(rates(own), rates(rounds))]),
    ),
  };
}
