import { fork, type ChildProcess } from "node:child_process";
import { hostEnvironment } from "../host-environment.js";

/**
 * What a process found out, or what became of it: it `refused` with an error, `died`, or gave no answer within its
 * time. Native code is only loaded there, so that a broken driver is a finding.
 */
export type Probed<T> = { value: T } | { problem: string; kind: "refused" | "died" | "late" };

type Answer<T> = { value: T } | { error: string };

/** A GPU driver that starts up, for eight GPUs, takes this long. */
const LIMIT_MS = 20_000;

/** Runs a module that answers its one argument, `question` as JSON, by a message. Never rejects. */
export function probe<T>(module: URL, question: object, limitMs = LIMIT_MS): Promise<Probed<T>> {
  const child = fork(module, [JSON.stringify(question)], {
    env: hostEnvironment(process.env),
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  return new Promise((resolve) => {
    const settle = (found: Probed<T>) => {
      clearTimeout(timer);
      abandon(child);
      resolve(found);
    };
    const timer = setTimeout(
      () => settle({ problem: `gave no answer within ${limitMs / 1000} s`, kind: "late" }),
      limitMs,
    );
    const words = lastWords(child);
    child.on("message", (answer: Answer<T>) =>
      settle("value" in answer ? answer : { problem: answer.error, kind: "refused" }),
    );
    child.on("error", ({ message }) => settle({ problem: message, kind: "died" }));
    // After "close" nothing more can come by a pipe or as a message.
    child.on("close", (code, signal) =>
      settle({ problem: `${ending(code, signal)}${words()}`, kind: "died" }),
    );
  });
}

function ending(code: number | null, signal: string | null): string {
  return signal === null ? `ended with code ${code}` : `was killed by ${signal}`;
}

/** The first line that it wrote, as an assertion does. */
function lastWords({ stderr }: ChildProcess): () => string {
  let text = "";
  stderr!.setEncoding("utf8").on("data", (more: string) => (text = (text + more).slice(0, 500)));
  return () => {
    const line = text.trim().split("\n")[0]!;
    return line === "" ? "" : `: ${line}`;
  };
}

/** A process that hangs in a driver may not even be killed: it is not waited for. */
function abandon(child: ChildProcess): void {
  child.removeAllListeners("close");
  child.kill("SIGKILL");
  child.stderr!.destroy();
  if (child.connected) child.disconnect();
  child.unref();
}
