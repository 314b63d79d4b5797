import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const FILE = "build/setup.lock";

function isAlive(pid) {
  if (pid === process.pid) return false; // A container's process ids start again with the container.
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The process that holds the lock, or null once it is ours. Linking makes name and content appear together. */
function tryLock() {
  const own = `${FILE}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, FILE);
    return null;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return currentHolder();
  } finally {
    rmSync(own, { force: true });
  }
}

/** 0 where the holder let go in this moment. */
function currentHolder() {
  try {
    return Number(readFileSync(FILE, "utf8"));
  } catch {
    return 0;
  }
}

async function lock() {
  let told = false;
  for (let holder = tryLock(); holder !== null; holder = tryLock()) {
    if (holder === 0) continue;
    if (!isAlive(holder)) {
      rmSync(FILE, { force: true });
      continue;
    }
    if (!told) console.error(`waiting for the set-up in process ${holder} (${FILE}) …`);
    told = true;
    await delay(200);
  }
}

/** Runs `work` while no other process of this checkout does: two builds at once would write the same files. */
export async function withSetupLock(work) {
  mkdirSync("build", { recursive: true });
  await lock();
  const release = () => rmSync(FILE, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}
