import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPhases } from "./cuda/build-phases.mjs";
import { planBuild } from "./cuda/build-plan.mjs";
import { folderOf, restore } from "./cuda/built-libraries.mjs";
import { readOptions } from "./cuda/options.mjs";
import { CommandFailed } from "./logged-command.mjs";
import { runPhases, SetupFailed } from "./phase-runner.mjs";
import { missingTools } from "./required-tools.mjs";
import { withSetupLock } from "./setup-lock.mjs";

function requireTools(phases) {
  const problems = missingTools([...new Set(phases.flatMap(({ tools }) => tools))]);
  if (problems.length > 0) throw new SetupFailed(problems.join("\n"));
}

/** Builds what is missing or out of date, and says where it is. Throws SetupFailed and CommandFailed. */
async function build(args) {
  const plan = planBuild(readOptions(args));
  const phases = buildPhases(plan);
  const ran = await withSetupLock(() => {
    restore(plan);
    return runPhases(phases, () => requireTools(phases));
  });
  const made = `llama.cpp ${plan.release}${plan.backend === "cuda" ? ` for ${plan.architectures.join(", ")}` : ""}`;
  console.error(ran === 0 ? `${folderOf(plan)} is up to date: ${made}` : `${folderOf(plan)} holds ${made}`);
}

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
try {
  await build(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupFailed || error instanceof CommandFailed)) throw error;
  console.error(error.message);
  process.exit(1);
}
