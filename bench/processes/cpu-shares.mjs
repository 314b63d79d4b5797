// Of samples of a server's threads: which share of them computes the model, and where the rest is.

/** What computes: ggml with its back ends, and the OpenMP that some builds of it wait in. */
const COMPUTES = /^lib(ggml|gomp)/;
/** A thread computes when this share of its samples does. The clock of ggml, which others read too, is far less. */
const LEAST_COMPUTING = 0.1;
/** The C and maths libraries: in a compute thread it is mostly ggml that calls them, which a sample does not tell. */
const C_LIBRARIES = /^lib[cm](\.so|-)/;

const computes = ({ object }) => COMPUTES.test(object);

/** The threads that compute the model. */
function computeThreads(samples) {
  const threads = new Map();
  for (const sample of samples) {
    const [all, computing] = threads.get(sample.thread) ?? [0, 0];
    threads.set(sample.thread, [all + 1, computing + (computes(sample) ? 1 : 0)]);
  }
  const shares = [...threads].filter(([, [all, computing]]) => computing / all >= LEAST_COMPUTING);
  return new Set(shares.map(([thread]) => thread));
}

/** Such as "tacho engine-host, compute threads: kernel". */
function placeOf({ pid, thread, object }, titles, computing) {
  return `${titles.get(pid) ?? "?"}, ${computing.has(thread) ? "compute" : "other"} threads: ${object}`;
}

function sharesBy(samples, nameOf, total) {
  const shares = {};
  for (const sample of samples) shares[nameOf(sample)] = (shares[nameOf(sample)] ?? 0) + 1 / total;
  return shares;
}

/**
 * Shares from 0 to 1. `host` is all that is not in ggml's objects. Two parts of it are told by themselves, as much of them
 * is ggml's doing: the kernel in compute threads, which wait for each other there, and the C libraries in them.
 * `places` tells where the host's samples are. `titles` names the processes.
 */
export function cpuShares(samples, titles) {
  const computing = computeThreads(samples);
  const host = samples.filter((sample) => !computes(sample));
  const inCompute = host.filter(({ thread }) => computing.has(thread));
  const share = (some) => some.length / samples.length;
  return {
    ggml: 1 - share(host),
    host: share(host),
    computeKernel: share(inCompute.filter(({ object }) => object === "kernel")),
    computeLibraries: share(inCompute.filter(({ object }) => C_LIBRARIES.test(object))),
    places: sharesBy(host, (sample) => placeOf(sample, titles, computing), samples.length),
  };
}
