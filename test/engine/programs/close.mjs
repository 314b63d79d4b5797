// Closes replicas at every odd moment, then ends by itself.
import { loadReplica, longRequest, meters } from "./engine.mjs";

const never = await loadReplica();
await Promise.all([never.close(), never.close()]);

const replica = await loadReplica();
const { cells, handles, tenant } = meters();
let steps = 0;
const stepped = new Promise((resolve) => replica.start(cells, handles, () => ++steps === 3 && resolve()));
for (const id of [1, 2, 3, 4, 5]) replica.submit(longRequest(id), tenant);
const keepAlive = setInterval(() => {}, 1000);
await stepped;
await Promise.all([replica.close(), replica.close()]);
clearInterval(keepAlive);

for (const call of [
  () => replica.submit(longRequest(6), tenant),
  () => replica.cancel(1),
  () => replica.info,
]) {
  try {
    call();
    console.log("a closed replica answered");
  } catch (error) {
    if (!error.message.includes("closed")) throw error;
  }
}
console.log("ended");
