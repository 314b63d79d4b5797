import { freemem } from "node:os";
import { expect, test, vi } from "vitest";
import { catalog } from "../../src/metrics/catalog.js";
import { NodeMeters } from "../../src/server/meters/node-meters.js";
import { openTelemetry } from "../../src/telemetry/index.js";

vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  freemem: vi.fn(() => 1000),
}));

test("the machine's memory is looked up by ticks, and not by scrapes", async () => {
  const telemetry = openTelemetry(catalog);
  const model = { id: "none", info: null, isLoaded: false, state: "loading" };
  const node = new NodeMeters(telemetry, { nodeId: "n", environment: "e", cluster: "c" }, [model as never]);
  const free = async () => {
    const { series } = (await telemetry.snapshot())["tacho_node_memory_bytes"]!;
    return series.find(({ labels }) => labels["state"] === "free");
  };
  expect(await free()).toMatchObject({ value: 1000 });
  vi.mocked(freemem).mockReturnValue(2000);
  expect(await free()).toMatchObject({ value: 1000 });
  node.tick();
  expect(await free()).toMatchObject({ value: 2000 });
  telemetry.close();
});

test("the build's series is never away: the new one comes first, and the same one stays", () => {
  const telemetry = openTelemetry(catalog);
  const calls: string[] = [];
  const labels = ({ libraries }: { libraries: string }) => ({
    show: () => calls.push(`show "${libraries}"`),
    hide: () => calls.push(`hide "${libraries}"`),
  });
  const metrics = { ...telemetry.metrics, buildInfo: { labels } };
  const node = new NodeMeters(
    { ...telemetry, metrics } as never,
    { nodeId: "n", environment: "e", cluster: "c" },
    [],
  );
  node.showLibraries("prebuilt");
  node.showLibraries("prebuilt");
  node.showLibraries("built here for 90");
  expect(calls).toEqual([
    ...['show ""', 'show "prebuilt"', 'hide ""'],
    ...['show "built here for 90"', 'hide "prebuilt"'],
  ]);
  telemetry.close();
});
