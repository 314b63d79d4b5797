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

/** With whom a rival is compared where both take part: with the one of ours that samples where it does. */
const ALIKE = { "llama-server": "tacho-host-sampling", "node-llama-cpp": "tacho-host-sampling" };

/** By each rival: which of ours, the first party unless ALIKE says another, and its ratio in what `figureOf` tells. */
export function ratiosOf(results, figureOf) {
  const [first, ...rivals] = Object.keys(results);
  const figures = (name) => results[name].map(figureOf);
  const ratioTo = (rival) => {
    const own = Object.hasOwn(results, ALIKE[rival] ?? "") ? ALIKE[rival] : first;
    return { own, ...compared(figures(own), figures(rival)) };
  };
  return Object.fromEntries(rivals.map((rival) => [rival, ratioTo(rival)]));
}

/** Medians and spreads of each party's figures, and how those of tacho compare with the others'. */
export function summarised(servers, results) {
  const parties = Object.entries(results).map(([name, rounds]) => [
    name,
    {
      flags: servers[name].flags,
      ...spreads(rounds.map(({ figures }) => figures)),
      threads: rounds.at(-1).threads,
    },
  ]);
  return {
    parties: Object.fromEntries(parties),
    rateRatios: ratiosOf(results, ({ figures }) => figures.rate),
    gapRatios: ratiosOf(results, ({ figures }) => figures["gap ms p99"]),
  };
}
