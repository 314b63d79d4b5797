import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  defineCatalog,
  newSegmentPath,
  openTelemetry,
  type SpecOf,
  type Telemetry,
  type TelemetryOptions,
} from "../../src/telemetry/index.js";
import { parseExposition } from "./exposition-parser.js";
import { valueOf } from "./fixture.js";

const catalog = defineCatalog({
  requests: {
    type: "counter",
    name: "requests_total",
    help: 'Requests: "\\" or\nmore.',
    labels: { a: "open", b: "open" },
  },
  capped: { type: "counter", name: "capped_total", help: "Capped.", labels: { a: "open" }, maxSeries: 2 },
  starts: { type: "counter", name: "starts_total", help: "Starts.", labels: {} },
  depth: { type: "gauge", name: "depth", help: "Depth.", labels: { queue: "configured" } },
  latency: {
    type: "histogram",
    name: "latency_seconds",
    help: "Latency.",
    labels: { model: "configured" },
    bounds: [0.1, 1],
  },
});

let telemetry: Telemetry<SpecOf<typeof catalog>>;
beforeEach(() => {
  telemetry = openTelemetry(catalog);
});
afterEach(() => telemetry.close());

describe("recording", () => {
  it("counts, exactly up to 2^53, and ignores what would take a counter back", async () => {
    const handle = telemetry.metrics.requests.labels({ a: "x", b: "y" });
    handle.inc(1234566);
    handle.inc();
    handle.inc(-5);
    handle.inc(NaN);
    expect((await telemetry.render()).toString()).toContain('requests_total{a="x",b="y"} 1234567\n');
    handle.inc(2 ** 53 - 1234567);
    expect((await telemetry.render()).toString()).toContain('requests_total{a="x",b="y"} 9007199254740992\n');
  });

  it("shows a metric without labels from the start", async () => {
    expect(await valueOf(telemetry, "starts_total")).toBe(0);
  });

  it("sums a gauge over the living writers and shows it only while it has one", async () => {
    const labels = { queue: "q" };
    expect(await valueOf(telemetry, "depth", labels)).toBeUndefined();
    const writer = telemetry.openWriter();
    writer.metrics.depth.labels(labels).set(5);
    telemetry.metrics.depth.labels(labels).inc(3);
    telemetry.metrics.depth.labels(labels).dec();
    expect(await valueOf(telemetry, "depth", labels)).toBe(7);
    writer.close();
    expect(await valueOf(telemetry, "depth", labels)).toBe(2);
  });

  it("counts a value in the first bucket whose bound it does not exceed, and NaN in none", async () => {
    const handle = telemetry.metrics.latency.labels({ model: "m" });
    for (const value of [0, 0.1, 0.25, 1, 1.5, NaN]) handle.observe(value);
    const family = parseExposition((await telemetry.render()).toString()).get("latency_seconds")!;
    expect(family.samples.map(({ value }) => value)).toEqual([2, 4, 5, 2.85, 5]);
  });

  it("gives others the cells that its handles write", () => {
    const { cell, bounds } = telemetry.metrics.latency.labels({ model: "m" });
    telemetry.metrics.latency.labels({ model: "m" }).observe(0.5);
    expect([...telemetry.cells.subarray(cell, cell + bounds.length + 2)]).toEqual([0, 1, 0, 0.5]);
  });

  it("finds the same handle for the same labels", () => {
    const { requests } = telemetry.metrics;
    expect(requests.labels({ b: "2", a: "1" })).toBe(requests.labels({ a: "1", b: "2" }));
  });
});

describe("labels", () => {
  it("never merges sets that look alike, and returns every string as it came", async () => {
    const sets = [
      { a: "x,b:y", b: "z" },
      { a: "x", b: "y,b:z" },
      { a: "1|2", b: "3" },
      { a: "1", b: "2|3" },
      { a: '"', b: '\\"' },
      { a: "\\n", b: "\n" },
      { a: "", b: "\t €🙂" },
      { a: "__proto__", b: "constructor" },
    ];
    sets.forEach((labels, i) => telemetry.metrics.requests.labels(labels).inc(i + 1));
    const { samples } = parseExposition((await telemetry.render()).toString()).get("requests_total")!;
    expect(samples.map(({ labels, value }) => [labels, value])).toEqual(
      sets.map((labels, i) => [labels, i + 1]),
    );
  });

  it("share one overflow series beyond the cap, counted and never lost", async () => {
    for (let i = 0; i < 10; i++) telemetry.metrics.capped.labels({ a: `${i}` }).inc();
    telemetry.metrics.capped.labels({ a: "overflow" }).inc();
    const { samples } = parseExposition((await telemetry.render()).toString()).get("capped_total")!;
    expect(samples.map(({ labels, value }) => [labels["a"], value])).toEqual([
      ["0", 1],
      ["1", 1],
      ["overflow", 9],
    ]);
    const refused = await valueOf(telemetry, "tacho_telemetry_series_overflowed_total", {
      metric: "capped_total",
    });
    expect(refused).toBe(8);
  });

  it("overflow when the segment is full", async () => {
    telemetry.close();
    telemetry = openTelemetry(catalog, { sizes: { shards: 1, cellsPerShard: 64, directoryBytes: 4096 } });
    for (let i = 0; i < 500; i++) telemetry.metrics.requests.labels({ a: "x", b: `${i}` }).inc();
    const { samples } = parseExposition((await telemetry.render()).toString()).get("requests_total")!;
    expect(samples.length).toBeLessThan(64);
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(500);
  });
});

describe("a segment", () => {
  it("has a private file of the path asked for, which its creator removes", () => {
    const path = newSegmentPath();
    const created = openTelemetry(catalog, { path });
    expect(created.path).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => openTelemetry(catalog, { path })).toThrow(
      expect.objectContaining({ code: "invalid_segment" }),
    );
    const attached = openTelemetry(catalog, { path, attach: true });
    attached.close();
    expect(existsSync(path)).toBe(true);
    created.close();
    created.close();
    expect(existsSync(path)).toBe(false);
  });

  it("keeps its file's place when the program changes folders", () => {
    const before = process.cwd();
    const folder = mkdtempSync(join(tmpdir(), "tacho-relative-"));
    const chdir = vi.spyOn(process, "cwd").mockReturnValue(folder);
    const created = openTelemetry(catalog, { path: "segment" });
    chdir.mockReturnValue(before);
    expect(created.path).toBe(join(folder, "segment"));
    created.close();
    expect(existsSync(join(folder, "segment"))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ path: "" }, 'Expected a file\'s path for path but received "".'],
    [{ path: "/dev/shm/a\0b" }, "for path but received"],
    [{ path: 5 }, "for path but received 5."],
    [{ attach: true }, "Expected a path for attach but received none."],
    [{ sizes: { shards: 0 } }, "Expected a positive integer for sizes.shards but received 0."],
    [{ sizes: { shards: 1.5 } }, "for sizes.shards but received 1.5."],
    [{ sizes: { cellsPerShard: "9" } }, 'for sizes.cellsPerShard but received "9".'],
    [{ sizes: { cellsPerShard: 2 ** 50 } }, "for sizes.cellsPerShard but received"],
    [{ sizes: { cells: 9 } }, "for sizes but received cells."],
  ])("is refused, with a reason, when it is asked for by %j", (options, message) => {
    expect(() => openTelemetry(catalog, options as TelemetryOptions)).toThrow(message);
  });

  it("takes sizes that are left undefined for left out", () => {
    openTelemetry(catalog, { sizes: { shards: undefined } }).close();
  });

  it("has no file when no path is asked for", () => {
    expect(telemetry.path).toBeNull();
  });

  it("is refused, with a reason, when it is none", () => {
    const path = newSegmentPath();
    const created = openTelemetry(catalog, { path });
    const attach = () => openTelemetry(catalog, { path, attach: true });
    writeFileSync(path, "x".repeat(4096));
    expect(attach).toThrow(`Expected a telemetry segment but ${path} is none.`);
    writeFileSync(path, "x");
    expect(attach).toThrow(/Expected a telemetry segment of at least \d+ bytes but .+ has 1\./);
    created.unlink();
    expect(attach).toThrow("No such file");
    created.close();
  });

  it("is refused when it declares a metric otherwise", () => {
    const path = newSegmentPath();
    const created = openTelemetry(catalog, { path });
    const other = defineCatalog({
      depth: { type: "gauge", name: "depth", help: "Depth.", labels: { place: "open" } },
    });
    expect(() => openTelemetry(other, { path, attach: true })).toThrow(
      "Expected metric depth with the shape (type, labels",
    );
    created.close();
  });

  it("says when no writer is left", () => {
    const small = openTelemetry(catalog, { sizes: { shards: 1 } });
    expect(() => small.openWriter()).toThrow(expect.objectContaining({ code: "segment_full" }));
    small.close();
  });

  it("stays readable for a rendering under way when it is closed", async () => {
    const rendering = telemetry.render();
    telemetry.close();
    expect((await rendering).toString()).toContain("starts_total 0");
  });

  it("closed, takes writes without effect and refuses the rest", async () => {
    const handle = telemetry.metrics.starts.labels({});
    telemetry.close();
    handle.inc();
    expect(telemetry.cells.length).toBe(0);
    const closed = expect.objectContaining({ code: "closed" }) as Error;
    expect(() => telemetry.metrics.requests.labels({ a: "new", b: "new" })).toThrow(closed);
    expect(() => telemetry.openWriter()).toThrow(closed);
    await expect(telemetry.render()).rejects.toThrow(closed);
  });
});
