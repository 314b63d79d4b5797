import { CATALOG } from "./catalog.mjs";
import { readHeader } from "../segment-header.mjs";
import { parse } from "./scrape.mjs";
import { checkEqual } from "./violation.mjs";
import { openProcess, openWorker } from "./writers.mjs";

const TIMES = 100;

/** Writers that come and go, in the owner's thread and as processes and threads, take no more room than the first. */
export async function restartedWriters({ api, telemetry, restarts, processes }) {
  const owner = api.openTelemetry(api.defineCatalog(CATALOG), { path: api.newSegmentPath() });
  const where = { telemetry, path: owner.path };
  const room = () => {
    const { cellsUsed, directoryUsed, shardsUsed, fileBytes } = readHeader(owner.path);
    return { cellsUsed, directoryUsed, shardsUsed, fileBytes };
  };
  try {
    reopen(owner);
    await restart(where, 0);
    const first = room();
    for (let i = 1; i < restarts; i++) reopen(owner);
    for (let i = 1; i < processes; i++) await restart(where, i);
    for (const [what, value] of Object.entries(room())) checkEqual(what, value, first[what]);
    const { samples, gauges } = parse((await owner.render()).toString("latin1"));
    checkEqual("shared_total", samples.get("shared_total"), restarts + TIMES * processes);
    checkEqual("the gauge of writers that ended", gauges.get('depth{writer="restarted"}'), undefined);
    return { restarts, processes, ...first };
  } finally {
    owner.close();
  }
}

function reopen(owner) {
  const writer = owner.openWriter();
  writer.metrics.shared.labels({}).inc();
  writer.metrics.depth.labels({ writer: "restarted" }).set(1);
  writer.close();
}

/** In turn: a process that ends, one that is killed, a thread that ends, one that is terminated. */
async function restart(where, i) {
  const writer = await (i % 4 < 2 ? openProcess : openWorker)(where);
  await writer.ask({ do: "count", times: TIMES });
  await (i % 2 === 0 ? writer.leave() : writer.end());
}
