// tacho's sampler and nvidia-smi asked at the same time, so that neither has seen another GPU than the other.
import { setTimeout as pause } from "node:timers/promises";
import { askSmi, gpusOf } from "./nvidia-smi.mjs";
import { textAt } from "./smi-document.mjs";
import { readingOf, watchGpus } from "./watched-gpus.mjs";

const INTERVAL_MS = 100;
const POLL_MS = 40;
/** After nvidia-smi, so that what it saw last was read by the sampler as well. */
const LINGER_MS = 4 * INTERVAL_MS;

/** All snapshots from now until `until` has settled and the sampler has gone on. */
async function snapshotsUntil(watched, until) {
  const snapshots = [await watched.snapshot()];
  let isDone = false;
  void until.finally(() => (isDone = true)).catch(() => {});
  while (!isDone) {
    await pause(POLL_MS);
    snapshots.push(await watched.snapshot());
  }
  for (let waited = 0; waited < LINGER_MS; waited += POLL_MS) {
    await pause(POLL_MS);
    snapshots.push(await watched.snapshot());
  }
  return snapshots;
}

async function sample(watched) {
  const asked = askSmi();
  const snapshots = await snapshotsUntil(watched, asked);
  const document = await asked;
  return gpusOf(document).map((gpu) => {
    const uuid = textAt(gpu, "uuid");
    return {
      uuid,
      at: performance.now(),
      gpu,
      document,
      readings: snapshots.map((one) => readingOf(one, uuid)),
    };
  });
}

/** The samples of each GPU, by uuid; `pauseMs` lies between two, for totals to grow. */
export async function samplesOf(count, pauseMs) {
  const watched = await watchGpus(INTERVAL_MS);
  const byGpu = {};
  try {
    for (let i = 0; i < count; i++) {
      if (i > 0) await pause(pauseMs);
      for (const { uuid, ...one } of await sample(watched)) (byGpu[uuid] ??= []).push(one);
    }
  } finally {
    watched.close();
  }
  return byGpu;
}
