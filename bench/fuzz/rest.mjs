// Whether a server is the same after a run as before: processes, memory, descriptors, and what it holds for requests.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { rounded } from "../figures.mjs";
import { metricsOf } from "../processes/server-process.mjs";
import { seriesOf } from "../processes/metric-series.mjs";
import { floorsOf, slopeOf } from "../serve/heap-floors.mjs";

const DEADLINE_MS = 30_000;
const SAMPLE_MS = 250;
const TENTHS = 10;
const MIB = 2 ** 20;

/** In a shorter run the processes still grow into their work: caches fill, code is compiled, allocators take their share. */
const FEWEST_ANSWERS = 50_000;

/** What the second half of a run may add: to what is in use less than to what allocators keep. */
const MOST_HEAP_MIB = 3;
const MOST_RSS_MIB = 24;

function rssOf(pid) {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) * 1024;
}

const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** Watches the processes that are there when it is made. */
export class Watch {
  #samples = [];
  #descriptors = new Map();

  constructor(server) {
    this.server = server;
    this.port = server.port;
    this.titles = server.titles();
  }

  /** The ids of the processes that still run. */
  get #pids() {
    const now = this.server.titles();
    return [...this.titles.keys()].filter((pid) => now.get(pid) === this.titles.get(pid));
  }

  /** Samples the memory until `load` has ended; `answered` tells how far that is. */
  async during(load, answered) {
    let over = false;
    const ended = load.finally(() => (over = true));
    ended.catch(() => {}); // It is awaited below.
    while (!over && this.died().length === 0) {
      await this.#sample(answered());
      await Promise.race([ended, pause(SAMPLE_MS)]);
    }
    return ended;
  }

  async #sample(answered) {
    const heap = seriesOf(await this.server.metricsText(), "nodejs_heap_size_used_bytes");
    const rss = this.#pids.map((pid) => [`RSS of ${this.titles.get(pid)}`, rssOf(pid)]);
    this.#samples.push({ answered, bytes: { ...heap, ...Object.fromEntries(rss) } });
  }

  /** Waits until nothing is left of requests, and keeps what is open then as what is open at rest. */
  async settle() {
    await untilNone(() => this.held());
    this.#descriptors = new Map(this.#pids.map((pid) => [pid, descriptorsOf(pid)]));
  }

  /** What is held for requests although there are none. */
  async held() {
    const metrics = metricsOf(await this.server.metricsText());
    const cells = metrics.tacho_kv_cells_used - metrics.tacho_prefix_cache_cells;
    const held = { running: metrics.tacho_requests_running, waiting: metrics.tacho_requests_waiting, cells };
    return Object.entries(held).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
  }

  /** Descriptors beyond those at rest. */
  opened() {
    return this.#pids.flatMap((pid) => {
      const more = descriptorsOf(pid) - (this.#descriptors.get(pid) ?? Infinity);
      return more > 0 ? [`${more} descriptors more in ${this.titles.get(pid)}`] : [];
    });
  }

  died() {
    const alive = this.#pids;
    return [...this.titles].flatMap(([pid, title]) => (alive.includes(pid) ? [] : [`${title} has ended`]));
  }

  /** By heap of a thread and RSS of a process: MiB in each tenth of the run, and what its second half added. */
  growth() {
    const names = Object.keys(this.#samples.at(-1)?.bytes ?? {});
    return Object.fromEntries(names.map((name) => [name, growthOf(this.#samples, name)]));
  }

  grown() {
    if ((this.#samples.at(-1)?.answered ?? 0) < FEWEST_ANSWERS) return [];
    return Object.entries(this.growth()).flatMap(([name, { tenthsMiB, grownMiB }]) => {
      const most = name.startsWith("RSS") ? MOST_RSS_MIB : MOST_HEAP_MIB;
      return grownMiB > most
        ? [`${name} grew by ${grownMiB} MiB in the second half: ${tenthsMiB.join(", ")}`]
        : [];
    });
  }
}

/** The floors are those of the heap's bench, by answers in place of tokens. */
function growthOf(samples, name) {
  const total = samples.at(-1).answered;
  const own = samples.map(({ answered, bytes }) => ({ tokens: answered, bytes: bytes[name] }));
  const floors = floorsOf(own, total, TENTHS);
  const slope = slopeOf(floors.slice(TENTHS / 2));
  return {
    tenthsMiB: floors.map((floor) => floor && rounded(floor.bytes / MIB)),
    grownMiB: slope === null ? null : rounded((slope * total) / 2 / MIB),
  };
}

/** Polls until there is no problem; what is left at the deadline is told. */
async function untilNone(problems) {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const left = await problems();
    if (left.length === 0 || performance.now() > deadline) return left;
    await pause(20);
  }
}

/** What is not as it was, in words. */
export async function restProblems(watch) {
  const died = watch.died();
  const { how, words } = watch.server.end();
  if (died.length > 0)
    return [...died, `the server ${how === null ? "runs on" : `ended with ${how}`} and said: ${words}`];
  const held = await untilNone(() => watch.held());
  const opened = await untilNone(() => Promise.resolve(watch.opened()));
  return [...held, ...opened, ...watch.grown()];
}
