// What the processes of a server cost, read from /proc. A server may have several processes: tacho has two.
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, which Linux promises to programs whatever its own clock is. */
export const TICKS_A_SECOND = 100;

/** A process or thread may end between the listing and the reading. */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** The fields after the name, which may hold anything: [0] is the state, [1] the parent, [11] and [12] the CPU. */
function fieldsOf(stat) {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function parents() {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const pairs = processes.map((name) => [Number(name), read(`/proc/${name}/stat`)]);
  return new Map(
    pairs.filter(([, stat]) => stat !== null).map(([pid, stat]) => [pid, Number(fieldsOf(stat)[1])]),
  );
}

/** The process and all that it has started and that still run. */
export function treeOf(root) {
  const tree = [root];
  const parentOf = parents();
  for (const pid of tree) for (const [child, parent] of parentOf) if (parent === pid) tree.push(child);
  return tree;
}

/** CPU seconds so far; `withEnded` counts children that have ended and been waited for. */
export function cpuSecondsIn(stat, withEnded = false) {
  const ticks = fieldsOf(stat).slice(11, withEnded ? 15 : 13);
  return ticks.reduce((sum, text) => sum + Number(text), 0) / TICKS_A_SECOND;
}

function cpuSeconds(pid, withEnded) {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? 0 : cpuSecondsIn(stat, withEnded);
}

/** CPU seconds of the tree, with all that has ended in it. */
export function treeCpuSeconds(root) {
  return treeOf(root).reduce((sum, pid) => sum + cpuSeconds(pid, true), 0);
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
  } catch {
    return [];
  }
}

function voluntarySwitches(thread) {
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read(`${thread}/status`) ?? "")?.[1] ?? 0);
}

/** Voluntary context switches of all threads alive, and CPU seconds, so far. */
export function treeCost(root) {
  const tree = treeOf(root);
  const threads = tree.flatMap(threadsOf);
  return {
    switches: threads.reduce((sum, thread) => sum + voluntarySwitches(thread), 0),
    cpuSeconds: tree.reduce((sum, pid) => sum + cpuSeconds(pid, false), 0),
  };
}

function titleOf(pid) {
  return (read(`/proc/${pid}/cmdline`) ?? "").split("\0")[0].split("/").pop();
}

/** What the tree's processes call themselves, by process id. */
export function treeTitles(root) {
  return new Map(treeOf(root).map((pid) => [pid, titleOf(pid)]));
}

/** CPU seconds so far of each thread alive, by its id, with the title of its process. */
export function cpuByThread(root) {
  const threads = treeOf(root).flatMap((pid) => {
    const process = titleOf(pid);
    return threadsOf(pid).map((thread) => [thread, process, read(`${thread}/schedstat`)]);
  });
  const alive = threads.filter(([, , stat]) => stat !== null);
  return new Map(
    alive.map(([thread, process, stat]) => [thread, { process, seconds: Number(stat.split(" ")[0]) / 1e9 }]),
  );
}

const MEMORY = { rss: "Rss", pss: "Pss", anonymous: "Pss_Anon", file: "Pss_File", shared: "Pss_Shmem" };

/** Bytes of the tree. The proportional ones (all but rss) count a page that several share once in all. */
export function treeMemory(root) {
  const rollups = treeOf(root).map((pid) => read(`/proc/${pid}/smaps_rollup`) ?? "");
  const sum = (field) =>
    rollups.reduce(
      (bytes, text) => bytes + 1024 * Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0),
      0,
    );
  return Object.fromEntries(Object.entries(MEMORY).map(([name, field]) => [name, sum(field)]));
}
