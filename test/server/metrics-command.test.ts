import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineCatalog, newSegmentPath, openTelemetry, type Snapshot } from "../../src/telemetry/index.js";
import { metricsTable } from "../../src/server/metrics-table.js";
import { TachoProcess } from "./tacho-process.js";

const catalog = defineCatalog({
  jobs: { type: "counter", name: "jobs_total", help: "Jobs.", labels: { kind: "open" } },
  latency: { type: "histogram", name: "latency_seconds", help: "Latency.", labels: {}, bounds: [1] },
});

const telemetry = openTelemetry(catalog, { path: newSegmentPath() });
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-metrics-"));
  telemetry.metrics.jobs.labels({ kind: "a" }).inc(3);
  telemetry.metrics.latency.labels({}).observe(0.5);
});
afterAll(() => {
  telemetry.close();
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]): Promise<string> {
  const tacho = new TachoProcess("real", ["metrics", ...args]);
  expect(await tacho.ended()).toBe(0);
  expect(tacho.stderr).toBe("");
  return tacho.stdout;
}

const own = ["--pid", String(process.pid)];

describe("tacho metrics", () => {
  it("prints the segment of a living process", async () => {
    expect(await run(...own)).toContain('jobs_total{kind="a"} 3\n');
  });

  it("prints a segment by its path, in each format", async () => {
    const segment = ["--segment", telemetry.path!];
    expect(await run(...segment, "--format", "openmetrics")).toMatch(
      /jobs_total\{kind="a"\} 3\.0[\s\S]*# EOF\n$/,
    );
    expect(await run(...segment, "--format", "protobuf")).toContain("jobs_total");
    const snapshot = JSON.parse(await run(...segment, "--format", "json")) as Snapshot;
    expect(snapshot["jobs_total"]?.series).toMatchObject([{ labels: { kind: "a" }, value: 3 }]);
    expect(await run(...segment, "--format", "table")).toMatch(/^latency_seconds +1 events, mean 0\.5000$/m);
  });

  it("prints anew each second with --watch, until it is told to stop", async () => {
    const tacho = new TachoProcess("real", ["metrics", ...own, "--watch"]);
    await tacho.said("stdout", /jobs_total.* 3\n[\s\S]*jobs_total.* 3\n/);
    tacho.kill("SIGINT");
    expect(await tacho.ended()).toBe("SIGINT");
    expect(tacho.stderr).toBe("");
  });

  it("prints what a server left that was killed", async () => {
    const server = new TachoProcess("scripted", ["--port", "0"]);
    await server.url();
    const [host] = server.children();
    server.kill("SIGKILL");
    await server.ended();
    expect(host).toBeDefined();
    expect(await run("--pid", String(server.pid))).toContain("tacho_engine_host_restarts_total 0\n");
    for (const name of server.segments()) rmSync(join("/dev/shm", name));
  });

  it.each<[args: string[], message: RegExp]>([
    [["--pid", "x"], /^Expected a process id for --pid, but received 'x'\.$/],
    [["--pid", "1"], /^Process 1 has no telemetry segment that can be read here\.$/],
    [["--pid", "1", "--segment", "x"], /^Expected --segment or --pid, but received both\.$/],
    [["--segment", "/no/such"], /^Cannot open telemetry segment \/no\/such: No such file or directory\.$/],
    [["--format", "xml"], /^Expected one of text, .*, table for --format, but received 'xml'\.$/],
    [["--port", "1"], /^Unknown option '--port'\.$/],
    [["--wacth"], /^Unknown option '--wacth'\. Did you mean '--watch'\?$/],
  ])("refuses %j in one line", async (args, message) => {
    const tacho = new TachoProcess("real", ["metrics", ...args]);
    expect(await tacho.ended()).toBeGreaterThan(0);
    expect(tacho.stdout).toBe("");
    expect(tacho.stderr.replace(/^tacho: |\n$/g, "")).toMatch(message);
  });
});

describe("--metrics-file", () => {
  const file = () => join(folder, "metrics");
  const stopped = async (tacho: TachoProcess) => {
    tacho.kill("SIGTERM");
    expect(await tacho.ended()).toBe(0);
  };

  it("keeps the counters from one run to the next, and readable in between", async () => {
    for (const runs of [1, 2]) {
      const server = new TachoProcess("scripted", ["--port", "0", "--metrics-file", file()]);
      const url = await server.url();
      await fetch(`${url}/v1/models`);
      await stopped(server);
      expect(await run("--segment", file())).toContain(`route="/v1/models",code="200"} ${runs}\n`);
    }
  });

  it("refuses a file that is something else, and leaves it as it was", async () => {
    const other = join(folder, "letter");
    writeFileSync(other, "Dear reader, this is no telemetry segment.");
    const server = new TachoProcess("scripted", ["--port", "0", "--metrics-file", other]);
    expect(await server.ended()).toBe(1);
    expect(server.stderr).toBe(`tacho: Expected a telemetry segment but ${other} is none.\n`);
  });
});

describe("the table", () => {
  it("shows each kind of series in one line", () => {
    const common = { help: "", unit: "" };
    const snapshot: Snapshot = {
      a: { name: "a_total", type: "counter", ...common, series: [{ labels: { k: 'x"y' }, value: 12 }] },
      b: { name: "b", type: "gauge", ...common, series: [{ labels: {}, value: 0.12345 }] },
      c: { name: "c", type: "histogram", ...common, series: [{ labels: {}, count: 0, sum: 0, buckets: [] }] },
      d: {
        name: "d",
        type: "stateset",
        ...common,
        series: [{ labels: {}, states: { on: true, off: false } }],
      },
    };
    expect(metricsTable(snapshot).split("\n")).toEqual([
      'a_total{k="x\\"y"}  12',
      "b                  0.1235",
      "c                  0 events",
      "d                  on",
      "",
    ]);
  });
});
