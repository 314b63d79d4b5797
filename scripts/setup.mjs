import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandFailed } from "./logged-command.mjs";
import { npmEntry } from "./npm-location.mjs";
import { runPhases, SetupFailed } from "./phase-runner.mjs";
import { missingTools, nodeProblem } from "./required-tools.mjs";
import { withSetupLock } from "./setup-lock.mjs";
import { PHASES } from "./setup-phases.mjs";

/** A tool that only the last phase needs is missed before the first one starts. */
function requireTools(phases) {
  const problems = missingTools([...new Set(phases.flatMap(({ tools }) => tools))]);
  if (!npmEntry()) problems.unshift("Expected npm, but `npm` was not found. On Debian: apt-get install npm");
  if (problems.length > 0) throw new SetupFailed(problems.join("\n"));
}

function phasesNamed(names) {
  const unknown = names.find((name) => !PHASES.some((phase) => phase.name === name));
  if (unknown !== undefined)
    throw new SetupFailed(
      `Expected phases among ${PHASES.map(({ name }) => name).join(", ")}, but received ${unknown}.`,
    );
  return names.length === 0 ? PHASES : PHASES.filter(({ name }) => names.includes(name));
}

/**
 * Installs and builds what is missing or out of date, of the named phases or of all; returns how many phases ran.
 * Ends the process on failure.
 */
export async function setup(names = []) {
  const callersFolder = process.cwd();
  process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
  try {
    const problem = nodeProblem();
    if (problem) throw new SetupFailed(problem);
    const phases = phasesNamed(names);
    return await withSetupLock(() => runPhases(phases, () => requireTools(phases)));
  } catch (error) {
    if (!(error instanceof SetupFailed || error instanceof CommandFailed)) throw error;
    console.error(error.message);
    process.exit(1);
  } finally {
    process.chdir(callersFolder);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if ((await setup(process.argv.slice(2))) === 0) console.error("everything is up to date");
}
