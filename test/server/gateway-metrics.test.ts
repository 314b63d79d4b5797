import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { debianPackage } from "../debian-package.js";
import { parseExposition, type Family } from "../telemetry/exposition-parser.js";
import { Stand } from "./stand.js";

const FAMILIES = [
  "vllm:num_requests_waiting",
  "vllm:num_requests_running",
  "vllm:kv_cache_usage_perc",
  "vllm:gpu_cache_usage_perc",
  "vllm:cache_config_info",
  "vllm:lora_requests_info",
];

/** The types that the endpoint picker's parser knows; for any other the whole scrape is lost to it. */
const TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];

function parseStrictly(text: string): Map<string, Family> {
  const families = parseExposition(text);
  for (const [name, { type }] of families)
    if (!TYPES.includes(type)) throw new Error(`Type ${type} of ${name}`);
  return families;
}

let stand: Stand | undefined;
afterEach(async () => {
  await stand?.close();
  stand = undefined;
});

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
}

/** As Go's client asks: with no Accept, and with gzip. */
async function ask(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const options = { headers: { "accept-encoding": "gzip", ...headers } };
  const [response] = (await once(get(`${url}/metrics/gateway`, options), "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

async function families(): Promise<Map<string, Family>> {
  return parseStrictly((await ask(stand!.url)).text);
}

/** What the picker takes: the first series of a family, there being no timestamps. */
async function picked(name: string): Promise<number> {
  return (await families()).get(name)!.samples[0]!.value;
}

describe("what the endpoint picker needs", () => {
  test("is text 0.0.4 without an Accept, and with any other", async () => {
    stand = await Stand.start();
    for (const accept of [undefined, "application/openmetrics-text;version=1.0.0", "application/json"]) {
      const { status, headers } = await ask(stand.url, accept === undefined ? {} : { accept });
      expect([status, headers["content-type"]]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    }
  });

  test("is never compressed", async () => {
    stand = await Stand.start({}, undefined, manyModels(100));
    const { headers, text } = await ask(stand.url);
    expect(text.length).toBeGreaterThan(10_000);
    expect(headers["content-encoding"]).toBeUndefined();
  });

  test("keeps connections alive for longer than the ten seconds that the picker keeps them", async () => {
    stand = await Stand.start();
    const { headers } = await ask(stand.url, { connection: "keep-alive" });
    expect(headers.connection).toBe("keep-alive");
    expect(Number(/timeout=(\d+)/.exec(String(headers["keep-alive"]))?.[1])).toBeGreaterThan(10);
  });

  test("is 200 with every family at zero while the model loads", async () => {
    stand = new Stand({ alias: "never-ready" });
    await stand.front.listen();
    stand.front.load().catch(() => undefined);
    const { status, text } = await ask(stand.url);
    expect(status).toBe(200);
    const found = parseStrictly(text);
    expect([...found.keys()]).toEqual(FAMILIES);
    for (const name of FAMILIES.slice(0, 4)) expect(found.get(name)!.samples[0]!.value).toBe(0);
    expect(found.get("vllm:cache_config_info")!.samples[0]!.labels).toMatchObject({
      block_size: "16",
      num_gpu_blocks: "0",
    });
  });

  test("is 200 while the server drains", async () => {
    stand = await Stand.start();
    const abort = new AbortController();
    const running = await stand.chat("stall", { stream: true }, { signal: abort.signal });
    const drained = stand.front.drain();
    expect(await stand.readiness()).toBe(503);
    const { status, text } = await ask(stand.url);
    expect(status).toBe(200);
    expect(parseStrictly(text).get("vllm:num_requests_running")!.samples[0]!.value).toBe(1);
    abort.abort();
    await expect(running.text()).rejects.toThrow();
    await drained;
  });

  test("has gauges alone, without timestamps", async () => {
    stand = await Stand.start();
    const found = await families();
    expect([...found].map(([name, { type }]) => [name, type])).toEqual(
      FAMILIES.map((name) => [name, "gauge"]),
    );
    const { text } = await ask(stand.url);
    for (const line of text.split("\n").filter((line) => line.startsWith("vllm:")))
      expect(line).toMatch(/^[a-z_:]+\{.*\} [\d.e-]+$/);
  });

  test("counts who runs and who waits, in whole numbers", async () => {
    stand = await Stand.start({ parallel: 1 });
    const abort = new AbortController();
    const open = { signal: abort.signal };
    const running = await stand.chat("stall", { stream: true }, open);
    const waiting = [stand.chat("words 1", {}, open), stand.chat("words 1", {}, open)];
    for (const one of waiting) one.catch(() => undefined);
    await vi.waitFor(async () => expect(await picked("vllm:num_requests_waiting")).toBe(2));
    expect(await picked("vllm:num_requests_running")).toBe(1);
    const { text } = await ask(stand.url);
    expect(text).toMatch(/^vllm:num_requests_waiting\{engine="0",model_name="scripted"\} 2$/m);
    abort.abort();
    await expect(running.text()).rejects.toThrow();
    await vi.waitFor(async () => expect(await picked("vllm:num_requests_waiting")).toBe(0));
  });

  test("has the share of KV cells that running requests hold, under both names", async () => {
    stand = await Stand.start();
    const { kvCells, kvCellsUsed, prefixCells } = stand.telemetry.metrics;
    const labels = { model: "scripted" };
    kvCells.labels(labels).set(4104);
    kvCellsUsed.labels(labels).set(1539);
    prefixCells.labels(labels).set(513);
    expect(await picked("vllm:kv_cache_usage_perc")).toBe(0.25);
    expect(await picked("vllm:gpu_cache_usage_perc")).toBe(0.25);
    const [info] = (await families()).get("vllm:cache_config_info")!.samples;
    expect(info).toMatchObject({ value: 1, labels: { block_size: "16", num_gpu_blocks: "256" } });
  });
});

describe("several models", () => {
  beforeEach(async () => {
    stand = await Stand.start({}, undefined, [{ id: "other" }]);
    const { kvCells, kvCellsUsed, prefixCells, requestsRunning } = stand.telemetry.metrics;
    for (const [model, cells, used, cached] of [
      ["scripted", 1600, 800, 0],
      ["other", 400, 300, 100],
    ] as const) {
      kvCells.labels({ model }).set(cells);
      kvCellsUsed.labels({ model }).set(used);
      prefixCells.labels({ model }).set(cached);
    }
    requestsRunning.labels({ model: "other" }).set(3);
    requestsRunning.labels({ model: "scripted" }).set(4);
  });

  test("come after what they are together, which the picker takes", async () => {
    const found = await families();
    const values = (name: string) =>
      found.get(name)!.samples.map(({ labels, value }) => [labels["model_name"], value]);
    expect(values("vllm:num_requests_running")).toEqual([
      ["", 7],
      ["scripted", 4],
      ["other", 3],
    ]);
    expect(values("vllm:kv_cache_usage_perc")).toEqual([
      ["", 0.5],
      ["scripted", 0.5],
      ["other", 0.5],
    ]);
    const blocks = found.get("vllm:cache_config_info")!.samples;
    expect(blocks.map(({ labels }) => labels["num_gpu_blocks"])).toEqual(["125", "100", "25"]);
  });
});

describe("LoRA adapters", () => {
  const lora = "sql=/a.gguf,tone=/b.gguf";

  test("are listed as running once their model is loaded, with the time of the reading", async () => {
    stand = await Stand.start({ lora });
    const before = Date.now() / 1000;
    const { samples } = (await families()).get("vllm:lora_requests_info")!;
    expect(samples).toHaveLength(1);
    expect(samples[0]!.labels).toEqual({
      max_lora: "2",
      running_lora_adapters: "sql,tone",
      waiting_lora_adapters: "",
    });
    expect(samples[0]!.value).toBeGreaterThanOrEqual(before);
    expect(samples[0]!.value).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test("are listed as waiting before", async () => {
    stand = new Stand({ lora, alias: "never-ready" });
    await stand.front.listen();
    stand.front.load().catch(() => undefined);
    const [sample] = (await families()).get("vllm:lora_requests_info")!.samples;
    expect(sample!.labels).toMatchObject({ running_lora_adapters: "", waiting_lora_adapters: "sql,tone" });
  });

  test("are none without --lora", async () => {
    stand = await Stand.start();
    const [sample] = (await families()).get("vllm:lora_requests_info")!.samples;
    expect(sample!.labels).toEqual({
      max_lora: "0",
      running_lora_adapters: "",
      waiting_lora_adapters: "",
    });
  });
});

describe("the format", () => {
  test("holds against a strict parser, whatever the names are", async () => {
    stand = await Stand.start({ alias: 'a"b\\c', lora: 'x"\\y=/a.gguf' });
    const found = await families();
    expect(found.get("vllm:num_requests_running")!.samples[0]!.labels["model_name"]).toBe('a"b\\c');
    expect(found.get("vllm:lora_requests_info")!.samples[0]!.labels["running_lora_adapters"]).toBe('x"\\y');
  });

  /** Each of these costs the picker the whole scrape. */
  test.each([
    ["an unknown type", "# HELP a B.\n# TYPE a info\na 1\n"],
    ["a repeated HELP", "# HELP a B.\n# TYPE a gauge\na 1\n# HELP a B.\n"],
    ["a repeated TYPE", "# HELP a B.\n# TYPE a gauge\n# TYPE a gauge\na 1\n"],
    ["an exemplar", '# HELP a_total B.\n# TYPE a_total counter\na_total 1 # {x="y"} 1\n'],
    ["a bad escape", '# HELP a B.\n# TYPE a gauge\na{x="\\y"} 1\n'],
    ["a label twice", '# HELP a B.\n# TYPE a gauge\na{x="y",x="y"} 1\n'],
    ["a name in UTF-8", '# HELP "ä" B.\n# TYPE "ä" gauge\n{"ä"} 1\n'],
  ])("which refuses %s", (_, text) => {
    expect(() => parseStrictly(text)).toThrow();
  });

  describe("in the picker's own parser", () => {
    const { promtool } = debianPackage("prometheus", ["promtool"]);

    test("is without fault", async () => {
      stand = await Stand.start({ alias: 'a"b\\c', lora: "sql=/a.gguf" }, undefined, [{ id: "other" }]);
      const { text } = await ask(stand.url);
      const { status, stderr } = spawnSync(promtool, ["check", "metrics"], { input: text, encoding: "utf8" });
      const complaints = stderr
        .split("\n")
        .filter((line) => line !== "" && !line.includes("not contain ':'"));
      // 3: names that are no good style, which colons are not.
      expect([status, complaints]).toEqual([3, []]);
    });
  });

  test("takes about a kilobyte", async () => {
    stand = await Stand.start({ alias: "llama-3.1-8b-instruct" });
    const { text } = await ask(stand.url);
    expect(Buffer.byteLength(text)).toBeLessThan(1300);
  });
});

const KEY = "an-admin-key-of-ours";

describe("access", () => {
  test("is public on the metrics' own port, an admin's on the other", async () => {
    const metricsPort = 20_000 + ((process.pid + 7) % 20_000);
    stand = await Stand.start({ apiKey: KEY, metricsPort });
    expect((await ask(stand.url)).status).toBe(401);
    expect((await ask(stand.url, { authorization: `Bearer ${KEY}` })).status).toBe(200);
    expect((await ask(new URL(stand.front.metricsUrl).origin)).status).toBe(200);
  });

  test("is public with --public-metrics", async () => {
    stand = await Stand.start({ apiKey: KEY, publicMetrics: "on" });
    expect((await ask(stand.url)).status).toBe(200);
  });
});

function manyModels(count: number) {
  return Array.from({ length: count }, (_, index) => ({ id: `model-${index}` }));
}
