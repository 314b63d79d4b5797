import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** A server of its own process, as users run it. */
export async function startTacho(flags) {
  const child = spawn(process.execPath, [MAIN, "serve", "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const port = await new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`tacho ended with ${code}`)));
    child.stdout.on("data", (text) => {
      output += text;
      const found = /address +http:\/\/127\.0\.0\.1:(\d+)/.exec(output);
      if (found) resolve(Number(found[1]));
    });
  });
  return {
    port,
    cost: () => costOf([child.pid, ...childrenOf(child.pid)]),
    async stop() {
      child.removeAllListeners("exit");
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** Voluntary context switches and CPU seconds so far, over all threads of the processes. */
function costOf(pids) {
  let switches = 0;
  let ticks = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
      switches += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]);
    }
    const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13);
    ticks += Number(user) + Number(system);
  }
  return { switches, cpuSeconds: ticks / 100 };
}

function childrenOf(parent) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ")[1] === String(parent);
      } catch {
        return false; // It ended meanwhile.
      }
    });
}
