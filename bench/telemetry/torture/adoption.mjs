import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { LAYOUT_VERSION_OFFSET } from "../segment-header.mjs";
import { CATALOG } from "./catalog.mjs";
import { parse } from "./scrape.mjs";
import { checkEqual } from "./violation.mjs";
import { openProcess } from "./writers.mjs";

const GENERATION = 1000;
const RACERS = 3;
/** Time for the order to reach every racer. */
const HEAD_START_MS = 3;

const ADOPTED = {
  adopted: { type: "counter", name: "adopted_total", help: "By all who adopted.", labels: {} },
};
/** The same name with another shape. */
const OTHER_SHAPE = { adopted: { ...ADOPTED.adopted, labels: { by: "open" } } };

/** Counters outlive processes where the file is sound; one that is unsound makes way, a foreign one does not. */
export async function adoptedSegments(options) {
  return {
    mappings: await twoMappings(options),
    generations: await generations(options),
    replaced: await replaced(options),
    foreign: await foreignFile(options),
    races: await races(options),
  };
}

/** Opens, hands over and closes again. */
async function withTelemetry(api, spec, options, use) {
  const telemetry = api.openTelemetry(api.defineCatalog(spec), options);
  try {
    return await use(telemetry);
  } finally {
    telemetry.close();
  }
}

async function totalOf(api, path, line = "adopted_total") {
  return withTelemetry(api, ADOPTED, { path, adopt: true }, async (telemetry) =>
    parse((await telemetry.render()).toString()).samples.get(line),
  );
}

async function twoMappings({ api }) {
  const path = api.newSegmentPath();
  return withTelemetry(api, CATALOG, { path }, (owner) =>
    withTelemetry(api, CATALOG, { path, attach: true }, async (other) => {
      for (const { metrics } of [owner, other])
        for (let i = 0; i < GENERATION; i++) metrics.own.labels({ writer: String(i % 10) }).inc();
      const texts = await Promise.all([owner.render(), other.render()]);
      checkEqual("both mappings' text", String(texts[0]), String(texts[1]));
      const { samples } = parse(texts[0].toString());
      checkEqual("a total", samples.get('own_total{writer="3"}'), GENERATION / 5);
      return samples.size;
    }),
  );
}

/** Each process goes on from the one before, which ended by itself or was killed. */
async function generations({ api, telemetry, processes }) {
  const path = api.newSegmentPath();
  const count = Math.ceil(processes / 4);
  try {
    await withTelemetry(api, CATALOG, { path, adopt: true }, () => {});
    for (let i = 0; i < count; i++) {
      const writer = await openProcess({ telemetry, path });
      await writer.ask({ do: "count", times: GENERATION });
      await (i % 2 === 0 ? writer.leave() : writer.end());
      await withTelemetry(api, CATALOG, { path, adopt: true }, async (next) => {
        const { samples } = parse((await next.render()).toString());
        checkEqual("shared_total", samples.get("shared_total"), GENERATION * (i + 1));
      });
    }
    return count;
  } finally {
    rmSync(path, { force: true });
  }
}

/** Files that are ours and unfit: each is to be followed by a new segment. */
const UNFIT = {
  async absent() {},
  async "other layout"(api, path) {
    await withTelemetry(api, ADOPTED, { path, adopt: true }, ({ metrics }) =>
      metrics.adopted.labels({}).inc(7),
    );
    const file = openSync(path, "r+");
    writeSync(file, Buffer.from([0xff]), 0, 1, LAYOUT_VERSION_OFFSET);
    closeSync(file);
  },
  async "other shape"(api, path) {
    await withTelemetry(api, OTHER_SHAPE, { path, adopt: true }, ({ metrics }) =>
      metrics.adopted.labels({ by: "earlier" }).inc(7),
    );
  },
};

async function replaced({ api }) {
  for (const makeUnfit of Object.values(UNFIT)) {
    const path = api.newSegmentPath();
    await makeUnfit(api, path);
    checkEqual("the total of a new segment", await totalOf(api, path), 0);
    rmSync(path);
  }
  return Object.keys(UNFIT).length;
}

async function foreignFile({ api }) {
  const path = api.newSegmentPath();
  const text = "Somebody's notes, long enough to hold a header. ".repeat(10);
  writeFileSync(path, text);
  let code;
  try {
    await totalOf(api, path);
  } catch (error) {
    code = error.code;
  }
  checkEqual("the error for a foreign file", code, "invalid_segment");
  checkEqual("the foreign file", readFileSync(path, "utf8"), text);
  rmSync(path);
  return 1;
}

/** Processes that adopt one path at the same instant all count in the same segment. */
async function races({ api, telemetry, races: count }) {
  const owner = api.openTelemetry(api.defineCatalog(CATALOG), { path: api.newSegmentPath() });
  const racers = await Promise.all(
    Array.from({ length: RACERS }, () => openProcess({ telemetry, path: owner.path })),
  );
  const unfit = Object.entries(UNFIT);
  try {
    for (let i = 0; i < count; i++) {
      const [kind, makeUnfit] = unfit[i % unfit.length];
      const path = api.newSegmentPath();
      await makeUnfit(api, path);
      const at = performance.timeOrigin + performance.now() + HEAD_START_MS;
      await Promise.all(racers.map((racer) => racer.ask({ do: "adopt", at, path, spec: ADOPTED })));
      const total = await totalOf(api, path);
      rmSync(path);
      checkEqual(`the total of ${RACERS} that adopted at once (${kind})`, total, RACERS);
    }
    return count;
  } finally {
    await Promise.all(racers.map((racer) => racer.leave()));
    owner.close();
  }
}
