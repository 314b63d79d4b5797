// Slices one after the other, until all are run or the time is over.
import { archiveResults } from "./results-archive.mjs";
import { runSlice } from "./run-slice.mjs";
import { missingNeeds, readState, stateHere } from "./state.mjs";

/** Results that cannot be archived are still in their folder. */
function keepResults({ out, archive }) {
  try {
    archiveResults(out, archive);
  } catch (error) {
    console.error(error.message);
  }
}

async function runOne(slice, run) {
  console.error(`${slice.name}: ${slice.title} …`);
  const settled = await runSlice(slice, run);
  keepResults(run);
  return settled;
}

function say({ name }, { state, seconds, reason }) {
  const [after, why] = [seconds ? ` after ${seconds} s` : "", reason ? `; ${reason}` : ""];
  console.error(`${name}: ${state}${after}${why}`);
}

/**
 * Runs what of `wanted` can be run, with what `runSlice` takes; `slices` are all that there are. Resolves with whether all
 * went well; what fails does not keep the rest from being measured. `secondsLeft` tells, when it is asked, how long there
 * still is: a slice is not begun that is expected to take longer, and ended when that is over.
 */
export async function runAll(wanted, run, { slices, secondsLeft = () => Infinity }) {
  let isWell = true;
  const late = [];
  for (const slice of wanted) {
    const left = secondsLeft();
    const lack = missingNeeds(slice, stateHere(readState(run.stateFile), slices));
    if (slice.minutes * 60 > left || slice.needs.some((need) => late.includes(need))) {
      late.push(slice.name);
      continue;
    }
    const limited = { ...run, seconds: Math.min(run.seconds, left) };
    const settled = lack === null ? await runOne(slice, limited) : { state: "not run", reason: lack };
    say(slice, settled);
    isWell &&= settled.state === "done" || settled.state === "skipped";
  }
  if (late.length > 0) console.error(`not begun, for want of time: ${late.join(", ")}`);
  return isWell;
}
