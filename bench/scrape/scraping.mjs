// Scrapes at a steady pace, by a thread of their own: the load's client would keep them waiting, and they it.
import { once } from "node:events";
import { Worker } from "node:worker_threads";

const PROGRAM = new URL("scraping-thread.mjs", import.meta.url);

/**
 * Scrapes `url` of the server on `port` as often `aSecond` until `end`, which resolves with each scrape's
 * `{milliseconds, bytes}`.
 */
export async function startScraping({ port, url, aSecond }) {
  const worker = new Worker(PROGRAM, { workerData: { port, url, aSecond } });
  const failed = once(worker, "error").then(([error]) => {
    throw error;
  });
  failed.catch(() => undefined);
  await Promise.race([once(worker, "message"), failed]); // The first scrape was answered.
  return {
    async end() {
      const told = once(worker, "message");
      worker.postMessage("end");
      const [scrapes] = await Promise.race([told, failed]);
      await worker.terminate();
      return scrapes;
    },
  };
}
