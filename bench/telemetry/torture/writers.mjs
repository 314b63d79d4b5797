// Writers in processes and threads, as their master sees them.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Violation } from "./violation.mjs";

const PROGRAM = fileURLToPath(new URL("writer.mjs", import.meta.url));

/** The next message; a writer that ends or fails instead has broken the promise that recording never does. */
function nextMessage(port) {
  return new Promise((resolve, reject) => {
    const onMessage = (message) => {
      port.off("exit", onExit);
      if (message.error === undefined) resolve(message);
      else reject(new Violation(`A writer failed with ${message.error}`));
    };
    const onExit = (code, signal) => {
      port.off("message", onMessage);
      reject(new Violation(`A writer ended with ${code ?? signal}.`));
    };
    port.once("message", onMessage);
    port.once("exit", onExit);
  });
}

function writerOver(port, send, end) {
  return {
    order: send,
    next: () => nextMessage(port),
    /** Resolves with the answer. */
    ask(order) {
      const answer = nextMessage(port);
      answer.catch(() => {}); // Where something else went wrong, nobody waits for it any more.
      send(order);
      return answer;
    },
    /** Lets it end by itself. */
    async leave() {
      const exit = once(port, "exit");
      send({ do: "leave" });
      await exit;
    },
    end,
  };
}

/** A process; its standard output is `stdout`. */
export async function openProcess({ telemetry, path }) {
  const child = fork(PROGRAM, [telemetry, path], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  await nextMessage(child);
  const kill = async () => {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  };
  return { ...writerOver(child, (order) => child.send(order), kill), stdout: child.stdout };
}

export async function openWorker({ telemetry, path }) {
  const worker = new Worker(PROGRAM, { workerData: [telemetry, path] });
  await nextMessage(worker);
  const terminate = async () => void (await worker.terminate());
  return writerOver(worker, (order) => worker.postMessage(order), terminate);
}
