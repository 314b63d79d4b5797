import { CATALOG } from "./catalog.mjs";
import { readHeader } from "../segment-header.mjs";
import { Watcher } from "./scrape.mjs";
import { check, checkEqual } from "./violation.mjs";
import { openProcess, openWorker } from "./writers.mjs";

const BEGUN = 'own_total{writer="begun"}';
const FINISHED = 'own_total{writer="finished"}';
const TOLD = 'own_total{writer="told"}';
const STEADY = 'own_total{writer="steady"}';
/** The owner, the steady writer and one that is killed. */
const SHARDS = 3;

/**
 * Writers are killed in the midst of counting, of telling each count through a pipe, and of opening and closing, while
 * another counts on: no total falls, and nothing is lost but the update in flight.
 */
export async function killedWriters({ api, telemetry, kills }) {
  const owner = api.openTelemetry(api.defineCatalog(CATALOG), { path: api.newSegmentPath() });
  const steady = await openWorker({ telemetry, path: owner.path });
  const report = steady.ask({ do: "flood", writer: "steady" });
  const watcher = new Watcher();
  const look = async () => watcher.look((await owner.render()).toString("latin1"));
  const rounds = [bracketed, told, reopened];
  const figures = { kills, toldUpdates: 0, inFlight: 0 };
  try {
    for (let i = 0; i < kills; i++) {
      const writer = await openProcess({ telemetry, path: owner.path });
      await rounds[i % rounds.length](writer, look, figures);
    }
    steady.order({ do: "stop" });
    const { counted } = await report;
    const samples = await look();
    checkEqual(STEADY, samples.get(STEADY), counted);
    checkEqual("shared_total", samples.get("shared_total"), counted);
    const observed = samples.get("latency_seconds_count") - counted;
    const [finished, begun] = [samples.get(FINISHED) ?? 0, samples.get(BEGUN) ?? 0];
    check(
      finished <= observed && observed <= begun,
      `Expected ${finished} to ${begun} observations of killed writers but received ${observed}.`,
    );
    const { shardsUsed } = readHeader(owner.path);
    check(shardsUsed <= SHARDS, `Expected ${SHARDS} shards but received ${shardsUsed}.`);
    return { ...figures, scrapes: watcher.scrapes, updates: counted + begun, shardsUsed };
  } finally {
    await steady.end();
    owner.close();
  }
}

/** Scrapes until the line has grown. */
async function awaitGrowth(line, look) {
  const before = (await look()).get(line) ?? 0;
  while (((await look()).get(line) ?? 0) === before);
}

async function bracketed(writer, look, figures) {
  const open = (samples) => (samples.get(BEGUN) ?? 0) - (samples.get(FINISHED) ?? 0);
  const before = open(await look());
  await writer.ask({ do: "bracket" });
  await awaitGrowth(BEGUN, look);
  await writer.end();
  const inFlight = open(await look()) - before;
  check(inFlight === 0 || inFlight === 1, `Expected at most 1 update in flight but received ${inFlight}.`);
  figures.inFlight += inFlight;
}

async function told(writer, look, figures) {
  const before = (await look()).get(TOLD) ?? 0;
  let bytes = 0;
  writer.stdout.on("data", (chunk) => (bytes += chunk.length));
  const drained = new Promise((resolve) => writer.stdout.on("close", resolve));
  await writer.ask({ do: "tell" });
  await awaitGrowth(TOLD, look);
  await writer.end();
  await drained;
  const counted = (await look()).get(TOLD) - before;
  check(
    counted === bytes || counted === bytes + 1,
    `Expected the ${bytes} updates that were told, or 1 more, but received ${counted}.`,
  );
  figures.toldUpdates += bytes;
  figures.inFlight += counted - bytes;
}

async function reopened(writer, look) {
  await writer.ask({ do: "reopen" });
  await awaitGrowth('grown_total{series="reopened-3"}', look);
  await writer.end();
  await look();
}
