import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandFailed } from "./logged-command.mjs";
import { npmEntry } from "./npm-location.mjs";
import { runPhases, SetupFailed } from "./phase-runner.mjs";
import { missingTools, nodeProblem } from "./required-tools.mjs";
import { withSetupLock } from "./setup-lock.mjs";
import { PHASES } from "./setup-phases.mjs";

/** A tool that only the last phase needs is missed before the first one starts. */
function requireTools() {
  const problems = missingTools([...new Set(PHASES.flatMap(({ tools }) => tools))]);
  if (!npmEntry()) problems.unshift("Expected npm, but `npm` was not found. On Debian: apt-get install npm");
  if (problems.length > 0) throw new SetupFailed(problems.join("\n"));
}

/** Installs and builds what is missing or out of date; returns how many phases ran. Ends the process on failure. */
export async function setup() {
  const callersFolder = process.cwd();
  process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
  try {
    const problem = nodeProblem();
    if (problem) throw new SetupFailed(problem);
    return await withSetupLock(() => runPhases(PHASES, requireTools));
  } catch (error) {
    if (!(error instanceof SetupFailed || error instanceof CommandFailed)) throw error;
    console.error(error.message);
    process.exit(1);
  } finally {
    process.chdir(callersFolder);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if ((await setup()) === 0) console.error("everything is up to date");
}
