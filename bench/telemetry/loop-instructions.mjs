// How many instructions measuring each step and token takes: the decode loop itself, counted by valgrind with its metrics
// on and off. Unlike times, the counts of a compiler are the same in every run.
import { spawnSync } from "node:child_process";
import { buildLoopCost } from "./native-program.mjs";

/** Of a run and of one twice as long; the difference of both is without start and end. */
const REQUESTS = 64;
/** Of a request; loop-cost.cpp says so. */
const TOKENS = 128;

export function hasValgrind() {
  return spawnSync("valgrind", ["--version"], { stdio: "ignore" }).status === 0;
}

/** Of what callgrind says at the end. */
export function collectedIn(words) {
  const found = /Collected : (\d+)/.exec(words);
  if (found === null) throw new Error(`Expected a count from callgrind but received: ${words.slice(-500)}`);
  return Number(found[1]);
}

function instructionsOf(program, args) {
  const valgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, ...args.map(String)];
  const { stderr } = spawnSync("valgrind", valgrind, { encoding: "utf8" });
  return collectedIn(stderr);
}

/** Instructions a token: of measuring, and of the whole loop with it, without llama.cpp. */
function perToken(program, streams) {
  const [on, off] = ["on", "off"].map((measures) => {
    const [once, twice] = [1, 2].map((times) =>
      instructionsOf(program, [streams, times * REQUESTS, measures]),
    );
    return (twice - once) / (REQUESTS * TOKENS);
  });
  return { telemetry: on - off, loop: on };
}

/** By the number of streams. */
export function loopInstructions(levels) {
  const program = buildLoopCost();
  return Object.fromEntries(levels.map((streams) => [streams, perToken(program, streams)]));
}
