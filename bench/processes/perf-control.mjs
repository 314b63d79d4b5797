// perf beside a load: it is told when to begin, and says when it has begun.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** File descriptors by which perf is commanded and answers. */
const [COMMANDS, ANSWERS] = [3, 4];

export function hasPerf() {
  return spawnSync("perf", ["--version"], { stdio: "ignore" }).status === 0;
}

/** All that a stream brings, as text. */
function textFrom(stream) {
  let text = "";
  stream.setEncoding("utf8").on("data", (part) => (text += part));
  return () => text;
}

/** Fails with what perf says when it ends instead. */
async function begin(child, words) {
  const [commands, answers] = [child.stdio[COMMANDS], child.stdio[ANSWERS]];
  for (const pipe of [commands, answers]) pipe.on("error", () => {}); // It has ended, which is told below.
  const begun = new Promise((resolve) => answers.once("data", resolve));
  const ended = once(child, "close").then(() => Promise.reject(new Error(`perf failed: ${words().trim()}`)));
  commands.write("enable\n");
  await Promise.race([begun, ended]);
  ended.catch(() => {}); // From now on an end is what is wanted.
}

/** By a signal: of the commands, perf stat knows none for it. */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "close");
  child.kill("SIGINT");
  await ended;
}

/**
 * Runs `work` while perf's `command` (record or stat) observes the processes with all their threads, those that
 * start meanwhile too. Resolves with the work's result and perf's standard error.
 */
export async function perfDuring(command, args, pids, work) {
  const control = ["-D", "-1", "--control", `fd:${COMMANDS},${ANSWERS}`, "-p", pids.join(",")];
  const stdio = ["ignore", "ignore", "pipe", "pipe", "pipe"];
  // In English with decimal points, whatever the user's language is.
  const child = spawn("perf", [command, ...args, ...control], {
    stdio,
    env: { ...process.env, LC_ALL: "C" },
  });
  const words = textFrom(child.stderr);
  await begin(child, words);
  try {
    const result = await work();
    return { result, words };
  } finally {
    await end(child);
  }
}
