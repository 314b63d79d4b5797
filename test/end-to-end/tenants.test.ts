import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TachoServer } from "./tacho-server.js";

const folder = mkdtempSync(join(tmpdir(), "tacho-tenants-"));
const keyOf = (name: string) => `${name}-0123456789abcdef`;
const LIMITS = { small: 4, large: 16 } as const;

let server: TachoServer;
beforeAll(async () => {
  const limited = Object.entries(LIMITS).map(([name, requestsPerMinute]) => ({ name, requestsPerMinute }));
  const entries = [...limited, { name: "acme" }, { name: "acme-2", tenant: "acme" }, { name: "globex" }];
  const file = join(folder, "keys.json");
  writeFileSync(file, JSON.stringify(entries.map((entry) => ({ ...entry, key: keyOf(entry.name) }))));
  server = await TachoServer.start("--api-keys-file", file);
});
afterAll(async () => {
  await server.end();
  rmSync(folder, { recursive: true });
});

function complete(name: string, fields: object): Promise<Response> {
  return fetch(`${server.url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${keyOf(name)}` },
    body: JSON.stringify({ temperature: 0, max_tokens: 4, ...fields }),
  });
}

test("no tenant finds in the cache what another one asked", async () => {
  const prompt =
    "A long enough prompt to be found in the cache again, word for word, by whoever may. ".repeat(3);
  const cached = async (name: string, fields: object = {}) => {
    const { usage } = (await (await complete(name, { prompt, ...fields })).json()) as {
      usage: { prompt_tokens_details: { cached_tokens: number } };
    };
    return usage.prompt_tokens_details.cached_tokens;
  };
  expect(await cached("acme")).toBe(0);
  expect(await cached("acme")).toBeGreaterThan(20);
  expect(await cached("acme-2")).toBeGreaterThan(20);
  expect(await cached("globex")).toBe(0);
  // A tenant's name as the salt is not that tenant's salt.
  expect(await cached("globex", { cache_salt: "acme" })).toBe(0);
  expect(await cached("globex")).toBeGreaterThan(20);
});

test("under load each key gets its share, and the rest of its requests a time to come again", async () => {
  const start = performance.now();
  const load = async (name: keyof typeof LIMITS) => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => complete(name, { prompt: "Once" })));
    const minutes = (performance.now() - start) / 60_000;
    const served = answers.filter(({ status }) => status === 200).length;
    expect(served).toBeGreaterThanOrEqual(LIMITS[name]);
    expect(served).toBeLessThanOrEqual(LIMITS[name] * (1 + minutes));
    for (const { status, headers } of answers) {
      if (status === 200) continue;
      expect(status).toBe(429);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      expect(headers.get("x-ratelimit-limit-requests")).toBe(String(LIMITS[name]));
    }
  };
  await Promise.all([load("small"), load("large")]);
});
