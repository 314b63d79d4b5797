import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DIALECT_NAMES } from "../../src/metrics/dialect.js";
import { DIALECTS } from "../../src/metrics/dialects.js";
import { parseExposition } from "../telemetry/exposition-parser.js";
import { errorOf, Stand } from "./stand.js";

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start();
});
afterAll(() => stand.close());

const scrape = (query: string, headers: Record<string, string> = {}) =>
  fetch(`${stand.url}/metrics${query}`, { headers });

/** The families of each system that are there before the first request, told by what their names begin with. */
async function systems(query: string): Promise<string[]> {
  const names = [...parseExposition(await (await scrape(query)).text()).keys()];
  return [...new Set(names.map((name) => /^(?:[a-z]+:|[a-z]+_)/.exec(name)![0]))].sort();
}

/** Sets that native code keeps. */
const MOST_COMPILED = 32;

describe("?dialect", () => {
  test("left out shows what --metrics-dialects says: our own", async () => {
    expect(await systems("")).toContain("tacho_");
    expect(await systems("")).not.toContain("vllm:");
  });

  test("shows one system's metrics instead of our own", async () => {
    expect(await systems("?dialect=vllm")).toEqual(["vllm:"]);
    expect(await systems("?dialect=llamacpp")).toEqual(["llamacpp:"]);
    expect(await systems("?dialect=tgi")).toEqual(["tgi_"]);
  });

  test("shows several, separated by commas, repeated, or both", async () => {
    const both = ["llamacpp:", "vllm:"];
    expect(await systems("?dialect=vllm,llamacpp")).toEqual(both);
    expect(await systems("?dialect=llamacpp&dialect=vllm")).toEqual(both);
    expect(await systems("?dialect=llamacpp,tgi&dialect=vllm,%20tgi")).toEqual([...both, "tgi_"].sort());
  });

  test("names our own metrics too", async () => {
    const own = await systems("");
    expect(await systems("?dialect=tacho")).toEqual(own);
    expect(await systems("?dialect=vllm,tacho")).toEqual([...own, "vllm:"].sort());
  });

  test.each(["nonsense", "", "vllm,", "vllm,VLLM"])("refuses %j, and says what it knows", async (text) => {
    const response = await scrape(`?dialect=${text}`);
    expect(response.status).toBe(400);
    const { message, type, param, code } = await errorOf(response);
    expect([type, param, code]).toEqual(["invalid_request_error", "dialect", "invalid_value"]);
    expect(message).toContain(DIALECT_NAMES.join(", "));
  });

  test("is all that is read of the query", async () => {
    expect((await scrape("?dialect=vllm&name[]=up&collect=x")).status).toBe(200);
    expect(await systems("?name[]=up")).toEqual(await systems(""));
  });

  test("goes with every format", async () => {
    const accept = "application/openmetrics-text;version=1.0.0";
    const response = await scrape("?dialect=vllm", { accept });
    expect(response.headers.get("content-type")).toMatch(/^application\/openmetrics-text/);
    const text = await response.text();
    expect(text).toMatch(/^# TYPE vllm:num_requests_running gauge$/m);
    expect(text.endsWith("# EOF\n")).toBe(true);
  });

  test("is the same for more sets than are kept ready", async () => {
    const names = DIALECT_NAMES.slice(2);
    const sets = names.flatMap((a, i) => names.slice(i).map((b) => `${a},${b}`));
    expect(sets.length).toBeGreaterThan(MOST_COMPILED);
    const makes = vi.spyOn(DIALECTS.vllm, "views");
    for (const set of [...sets, ...sets]) expect((await scrape(`?dialect=${set}`)).status).toBe(200);
    // What a dialect's views are made and read of is not paid for by each set.
    expect(makes.mock.calls.length).toBeLessThanOrEqual(1);
    makes.mockRestore();
    expect(await systems("?dialect=tgi,vllm")).toEqual(["tgi_", "vllm:"]);
  });
});

describe("--metrics-dialects", () => {
  test("says what is shown without a query", async () => {
    const other = await Stand.start({ metricsDialects: "llamacpp,vllm" });
    const text = await (await fetch(`${other.url}/metrics`)).text();
    expect(text).toMatch(/^vllm:num_requests_running\{model_name="scripted",engine="0"\} 0$/m);
    expect(text).toMatch(/^llamacpp:requests_processing 0$/m);
    expect(text).not.toMatch(/^tacho_/m);
    await other.close();
  });

  test.each(["vlm", "", "tacho vllm"])("refuses %j at the start", (metricsDialects) => {
    const known = DIALECT_NAMES.join(", ");
    expect(() => new Stand({ metricsDialects })).toThrow(
      `Expected names of ${known}, separated by commas, for --metrics-dialects, but received '${metricsDialects}'.`,
    );
  });
});

describe("access", () => {
  const apiKey = "an-admin-key-of-ours";

  test("is an admin's, whatever the dialect", async () => {
    const guarded = await Stand.start({ apiKey });
    const ask = (headers = {}) => fetch(`${guarded.url}/metrics?dialect=vllm`, { headers });
    expect((await ask()).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${apiKey}` })).status).toBe(200);
    await guarded.close();
  });
});
