// What measuring each step and token costs the whole server: the same load with and without the decode loop's metrics of
// queue, TTFT, inter-token latency, tokens and steps. All others are recorded either way. A difference of times this small
// drowns in what else goes on; the instructions that valgrind counts, in the loop alone, bound it.
import { cellsFor } from "../command-line.mjs";
import { rounded } from "../figures.mjs";
import { closedLoop } from "../load/closed-loop.mjs";
import { measured } from "../load/measured.mjs";
import { instructionsDuring } from "../processes/perf-instructions.mjs";
import { short } from "../report/text-table.mjs";
import { hasValgrind, loopInstructions } from "../telemetry/loop-instructions.mjs";
import { LOAD_HEAD, loadRows } from "./closed.mjs";
import { inTurns, summarised, withServers } from "./parties.mjs";

const PARTIES = { on: { server: "tacho" }, off: { server: "tacho", extra: ["--telemetry", "off"] } };

/** One stream, whose steps are the most, and many, whose records in each step are. */
const STREAMS = [1, 32];

const MISSING = "Not counted: valgrind is not on the PATH; Debian has it as: apt-get install valgrind";

/** Instructions a token by streams; empty without valgrind. */
function countedInstructions(timesOnly) {
  if (timesOnly) return {};
  if (hasValgrind()) {
    process.stderr.write("instructions of the decode loop …\n");
    return loopInstructions(STREAMS);
  }
  console.error(MISSING);
  return {};
}

/** Instructions a token of all processes outside the kernel, the model's included; null where none are counted. */
async function serverInstructions({ port, titles }, load) {
  const counted = await instructionsDuring([...titles().keys()], () => load(port));
  if (counted === null) return null;
  return rounded(
    counted.instructions / counted.result.reduce((sum, { usage }) => sum + usage.generatedTokens, 0),
  );
}

async function levelOf(streams, { rounds, timesOnly, ...options }) {
  process.stderr.write(`step and token metrics on and off, ${streams} streams, ${rounds} rounds …\n`);
  const cells = streams * cellsFor(options.promptTokens + options.tokens);
  return withServers(PARTIES, { ...options, parallel: streams, cells }, async (servers) => {
    const load = (port) => closedLoop(port, streams, options);
    const turn = (server) => measured(server, load);
    await inTurns(servers, 1, turn);
    const summary = summarised(servers, await inTurns(servers, rounds, turn));
    const serverCounted = timesOnly ? null : await serverInstructions(servers.on, load);
    return { ...summary, serverInstructions: serverCounted };
  });
}

/** Instructions a token. One of telemetry takes less than a nanosecond: the share of that in the CPU time bounds it. */
function instructionsOf(counted, serverInstructions, { on }) {
  if (counted === undefined) return { note: "Not counted: without valgrind, or with --times-only" };
  return {
    telemetry: rounded(counted.telemetry),
    loop: rounded(counted.loop),
    server: serverInstructions,
    shareAtOneNanosecondEach: rounded(counted.telemetry / 1e6 / on["server CPU ms/token"].median),
  };
}

function rowsOf({ streams, instructions, ...figures }) {
  const [on, off] = loadRows(streams, figures);
  return [[...on, short(instructions.telemetry), short(instructions.loop)], off.concat("–", "–")];
}

export const telemetryCost = {
  async measure(options) {
    const counted = countedInstructions(options.timesOnly);
    const levels = [];
    for (const streams of STREAMS) {
      const { serverInstructions: server, ...level } = await levelOf(streams, options);
      levels.push({
        streams,
        ...level,
        instructions: instructionsOf(counted[streams], server, level.parties),
      });
    }
    return levels;
  },
  table: (figures) => [
    [...LOAD_HEAD.with(2, "on by it"), "telemetry instructions/token", "loop instructions/token"],
    figures.flatMap(rowsOf),
  ],
};
