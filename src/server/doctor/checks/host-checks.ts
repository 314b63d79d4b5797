import { LIMITS } from "../../http-listener.js";
import type { Facts } from "../facts.js";
import { failure, notApplicable, ok, warning, type Check, type Finding } from "../finding.js";
import type { PortFact } from "../host-facts.js";
import { shownBytes } from "../sizes.js";

const MIB = 2 ** 20;

/** A server with one model takes 0.5 MiB of its segment, which it reserves: without room for it, it does not start. */
const LEAST_SEGMENT = 2 * MIB;
const PLENTY = 16 * MIB;

/** Descriptors beside those of connections: libraries, pipes, the event loop. */
const OTHER_FILES = 256;

function sharedMemory({ segmentFolder: { folder, writable, freeBytes }, segment, settings }: Facts): Finding {
  const room = `${shownBytes(freeBytes)} free in ${folder}`;
  const grow = `Make room in ${folder}, or in a container give it more (docker run --shm-size 256m).`;
  if (!writable) return failure(`${folder} is not writable`, `Make ${folder} writable for this user.`);
  if (Number.isNaN(freeBytes)) return notApplicable(`how much is free in ${folder} is not told`);
  if (freeBytes < LEAST_SEGMENT) return failure(`${room}, too little for the segment`, grow);
  if (freeBytes < PLENTY) return warning(`${room}, little for many models and series`, grow);
  if (folder !== "/dev/shm" && settings.metricsFile === "")
    return warning(
      `${room}: /dev/shm is not there or not writable`,
      "Mount a tmpfs at /dev/shm that this user may write.",
    );
  const most = "value" in segment ? `; the segment takes 0.5 to ${shownBytes(segment.value.bytes)}` : "";
  return ok(`${room}${most}`);
}

function openFiles({ openFiles: limit, settings }: Facts): Finding {
  const listeners = settings.metricsPort === 0 ? 1 : 2;
  const wanted = listeners * LIMITS.connections + OTHER_FILES;
  if (Number.isNaN(limit)) return notApplicable("no limit is told");
  if (limit >= wanted) return ok(`${limit} allowed, ${wanted} used at most`);
  return warning(
    `${limit} allowed, but ${listeners * LIMITS.connections} connections and the rest take ${wanted}`,
    `Raise the limit: ulimit -n ${wanted}, LimitNOFILE=${wanted} of systemd, docker run --ulimit nofile=${wanted}.`,
  );
}

function port(facts: Facts, flag: string): Finding {
  const fact = facts.ports.find((one) => one.flag === flag);
  if (!fact) return notApplicable(`--${flag} is not given`);
  if (fact.problem === null) return ok(shownAddress(fact));
  return failure(fact.problem, `End the other program, or choose another one with --${flag} or --host.`);
}

function shownAddress({ host, port: number }: PortFact): string {
  return number === 0 ? `any free one of ${host}` : `${number} of ${host} is free`;
}

function processor({ processor: { name, cores, avx2, quota }, settings }: Facts): Finding {
  const found = [
    name || "unknown processor",
    `${cores} core${cores === 1 ? "" : "s"}`,
    ...(avx2 === true ? ["AVX2"] : []),
    ...(quota === null ? [] : [`control group: ${Number(quota.toFixed(2))} cores' time`]),
  ].join(", ");
  if (quota !== null && quota < settings.threads)
    return warning(
      `${found}, but --threads is ${settings.threads}`,
      `Threads that are stopped by the quota stop all others: --threads ${Math.max(1, Math.floor(quota))}, or a higher quota.`,
    );
  if (avx2 === false)
    return warning(`${found}, no AVX2`, "On the CPU, models are slow without AVX2; choose another machine.");
  return ok(found);
}

function memory({ memory: { total, available, limit }, models, defaultModel }: Facts): Finding {
  const limited = limit === null ? "" : `, limit of the control group ${shownBytes(limit)}`;
  const found = `${shownBytes(total)}, ${shownBytes(available)} available${limited}`;
  const [first = defaultModel] = models;
  if (first.bytes <= Math.min(available, limit ?? Infinity)) return ok(found);
  return warning(
    `${found}; the model has ${shownBytes(first.bytes)}`,
    "On the CPU, choose a smaller model or quantisation, or free memory; on a GPU, what is kept there counts less.",
  );
}

/** Whether the machine gives the server what it takes. */
export const HOST_CHECKS: readonly Check[] = [
  { id: "shared-memory", title: "shared memory", run: sharedMemory },
  { id: "open-files", title: "open files", run: openFiles },
  { id: "port", title: "port", run: (facts) => port(facts, "port") },
  { id: "metrics-port", title: "metrics port", run: (facts) => port(facts, "metrics-port") },
  { id: "processor", title: "processor", run: processor },
  { id: "memory", title: "memory", run: memory },
];
