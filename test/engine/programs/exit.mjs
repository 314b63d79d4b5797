// Exits while replicas of the main thread decode, for which process.exit() runs no cleanup hook.
import { loadReplica, longRequest, meters } from "./engine.mjs";

const REPLICAS = 4; // One decode thread alone is seldom caught in the short moment of exiting.

const running = Array.from({ length: REPLICAS }, async () => {
  const replica = await loadReplica();
  const { cells, handles, tenant } = meters();
  return new Promise((resolve) => {
    replica.start(cells, handles, resolve);
    for (const id of [1, 2, 3, 4]) replica.submit(longRequest(id), tenant);
  });
});
const alive = setInterval(() => {}, 1000); // Replicas do not keep the process alive.
await Promise.all(running);
clearInterval(alive);
console.log("ended");
process.exit(0);
