import { fork, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineCatalog, newSegmentPath, openTelemetry, type Telemetry } from "../../src/telemetry/index.js";
import { emitTelemetry, ROOT, valueOf } from "./fixture.js";
import { WRITER_METRICS } from "./programs/catalog.mjs";

const INDEX = emitTelemetry(join(ROOT, "build/test-telemetry"));
const program = (name: string) => join(ROOT, "test/telemetry/programs", name);

let telemetry: Telemetry<typeof WRITER_METRICS>;
beforeEach(() => {
  telemetry = openTelemetry(defineCatalog(WRITER_METRICS), { path: newSegmentPath() });
});
afterEach(() => telemetry.close());

interface Writer {
  tell: (message: object) => Promise<void>;
  order: (message: object) => void;
}

async function openChild(): Promise<Writer & { child: ChildProcess }> {
  const child = fork(program("writer.mjs"), [INDEX, telemetry.path!]);
  await once(child, "message");
  const order = (message: object) => void child.send(message);
  return {
    child,
    order,
    async tell(message) {
      order(message);
      await once(child, "message");
    },
  };
}

async function openWorker(): Promise<Writer & { worker: Worker }> {
  const worker = new Worker(program("writer.mjs"), { workerData: [INDEX, telemetry.path] });
  await once(worker, "message");
  const order = (message: object) => worker.postMessage(message);
  return {
    worker,
    order,
    async tell(message) {
      order(message);
      await once(worker, "message");
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

const shared = () => valueOf(telemetry, "items_total", { kind: "shared" });

describe("writers in processes and threads", () => {
  it("are summed, and end cleanly without closing anything", async () => {
    const [one, two] = [await openChild(), await openChild()];
    const worker = await openWorker();
    telemetry.metrics.items.labels({ kind: "shared" }).inc(1);
    await Promise.all([one, two, worker].map((writer) => writer.tell({ op: "count", times: 100_000 })));
    expect(await shared()).toBe(300_001);
    for (const { child, order } of [one, two]) {
      order({ op: "leave" });
      expect(await once(child, "exit")).toEqual([0, null]);
    }
    worker.order({ op: "leave" });
    expect(await once(worker.worker, "exit")).toEqual([0]);
    expect(await shared()).toBe(300_001);
  });

  it("never take a counter back or show half a histogram while they write", async () => {
    const { worker, order } = await openWorker();
    order({ op: "countForEver" });
    let before = -1;
    for (let growths = 0; growths < 100;) {
      const now = (await valueOf(telemetry, "items_total", { kind: "for ever" })) ?? 0;
      expect(now).toBeGreaterThanOrEqual(before);
      if (now > before) growths++;
      before = now;
    }
    await worker.terminate();
  });

  it("leave their totals and lose their gauges when killed", async () => {
    const { child, tell, order } = await openChild();
    await tell({ op: "count", times: 1000 });
    await tell({ op: "observe", value: 0.5 });
    await tell({ op: "set", value: 42 });
    expect(await valueOf(telemetry, "depth")).toBe(42);
    order({ op: "countForEver" });
    while (((await valueOf(telemetry, "items_total", { kind: "for ever" })) ?? 0) === 0);
    await kill(child);
    expect(await shared()).toBe(1000);
    expect(await valueOf(telemetry, "latency_seconds_count")).toBe(1);
    expect(await valueOf(telemetry, "depth")).toBeUndefined();

    const next = await openChild();
    await next.tell({ op: "count", times: 1 });
    await next.tell({ op: "set", value: 1 });
    expect(await shared()).toBe(1001);
    expect(await valueOf(telemetry, "depth")).toBe(1);
    await kill(next.child);
  });
});

describe("a terminated worker", () => {
  it.each(["count", "countForEver", "render", "openWriter"])(
    "gives its shards back in the midst of %s",
    async (op) => {
      telemetry.close();
      telemetry = openTelemetry(defineCatalog(WRITER_METRICS), {
        path: newSegmentPath(),
        sizes: { shards: 3 },
      });
      for (let round = 1; round <= 5; round++) {
        const { worker, tell, order } = await openWorker();
        await tell({ op: "set", value: 9 });
        order({ op, times: 1e9 });
        await worker.terminate();
        expect(await valueOf(telemetry, "depth")).toBeUndefined();
      }
    },
  );
});

describe("the creator", () => {
  it.each([
    ["return", 0],
    ["exit", 0],
    ["throw", 1],
  ])("removes its file when it ends by %s", (way, code) => {
    const path = newSegmentPath();
    const { status, signal, stdout } = spawnSync(
      process.execPath,
      [program("creator.mjs"), INDEX, path, way],
      {
        encoding: "utf8",
      },
    );
    expect([status, signal]).toEqual([code, null]);
    expect(stdout).toContain('items_total{kind="one"} 1');
    expect(existsSync(path)).toBe(false);
  });
});

describe("recording", () => {
  it("allocates nothing", () => {
    const { stdout } = spawnSync(process.execPath, ["--trace-gc", program("recorder.mjs"), INDEX], {
      encoding: "utf8",
    });
    const [, recorded] = /start\n([^]*)end\n/.exec(stdout)!;
    expect(recorded).toBe("");
  });
});

describe("without the addon", () => {
  it("the error says what was looked for and what to do", () => {
    const root = mkdtempSync(join(tmpdir(), "tacho-no-addon-"));
    mkdirSync(join(root, "dist"));
    writeFileSync(join(root, "package.json"), '{"type":"module"}');
    const index = emitTelemetry(join(root, "dist/telemetry"));
    const { stderr } = spawnSync(
      process.execPath,
      [program("creator.mjs"), index, newSegmentPath(), "return"],
      {
        encoding: "utf8",
      },
    );
    expect(stderr).toContain(`Cannot load the telemetry addon ${join(root, "build/Release/telemetry.node")}`);
    expect(stderr).toContain("run `npm run build`");
    rmSync(root, { recursive: true });
  });
});
