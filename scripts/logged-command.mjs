import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

const TAIL_LINES = 30;

/** A command that ended badly; the message holds the end of its output and where the rest lies. */
export class CommandFailed extends Error {}

function tail(logFile) {
  return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
}

function exitOf(child) {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
}

/**
 * Starts a child that ends, with all that it started, when this process is told to end. The child leads a process group
 * of its own, because make and npm do not pass a signal on to their children. It is listened for signals before there is
 * a child: one that came in between would end this process alone.
 */
function startTogether(start) {
  let child;
  const onSignal = (signal) => {
    if (child.pid) process.kill(-child.pid, "SIGTERM");
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, onSignal);
  child = start();
  const forget = () => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, onSignal);
  };
  return { child, forget };
}

/** Runs one command with its output appended to `logFile`. Throws CommandFailed. */
export async function runLogged(command, { logFile, environment = {} }) {
  const log = openSync(logFile, "a");
  const [program, ...args] = command;
  const env = { ...process.env, ...environment };
  const options = { env, stdio: ["ignore", log, log], detached: true };
  const { child, forget } = startTogether(() => spawn(program, args, options));
  const failure = await exitOf(child);
  forget();
  closeSync(log);
  if (failure === null) return;
  throw new CommandFailed(`${command.join(" ")}\n${tail(logFile)}\n\n${failure}; the whole log: ${logFile}`);
}
