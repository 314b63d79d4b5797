import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { hashFiles, readStamp, writeStamp } from "./build-stamp.mjs";
import { runLogged } from "./logged-command.mjs";
import { withProgressLine } from "./progress-line.mjs";
import { toolVersions } from "./required-tools.mjs";

const LOGS = "build/logs";

/** A problem that its message tells in full. */
export class SetupFailed extends Error {}

function currentStamp(phase) {
  const tools = createHash("sha256").update(toolVersions(phase.tools)).digest("hex");
  return { inputs: hashFiles(phase.inputs), tools };
}

function isCurrent(phase, stamp) {
  if (phase.isCurrent) return phase.isCurrent();
  const last = readStamp(phase.name);
  return existsSync(phase.output) && last?.inputs === stamp.inputs && last.tools === stamp.tools;
}

function removeAll(paths) {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

const logOf = ({ name }) => `${LOGS}/${name}.log`;

async function run(phase, stamp) {
  const logFile = logOf(phase);
  removeAll([logFile]);
  if (readStamp(phase.name)?.tools !== stamp.tools) removeAll(phase.discard ?? []);
  // From here the output may be half new, so it counts as made from nothing until the phase succeeds.
  writeStamp(phase.name, { ...stamp, inputs: null });
  phase.before?.();
  for (const command of phase.commands())
    await runLogged(command, { logFile, environment: phase.environment });
  if (!existsSync(phase.output))
    throw new SetupFailed(`Expected ${phase.output}, but the build did not make it.`);
  phase.after?.();
  writeStamp(phase.name, stamp);
}

/**
 * Runs the phases that are out of date, in the current folder; returns how many. `prepare` is called before the
 * first of them. Throws SetupFailed and CommandFailed.
 */
export async function runPhases(phases, prepare) {
  mkdirSync(LOGS, { recursive: true });
  let ran = 0;
  for (const [index, phase] of phases.entries()) {
    const stamp = currentStamp(phase);
    if (isCurrent(phase, stamp)) continue;
    if (ran++ === 0) prepare();
    await withProgressLine(
      `[${index + 1}/${phases.length}] ${phase.title}`,
      () => run(phase, stamp),
      () => phase.progress?.(logOf(phase)) ?? "",
    );
  }
  return ran;
}
