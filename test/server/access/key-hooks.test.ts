import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import type { FastifyInstance, RouteOptions } from "fastify";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalog } from "../../../src/metrics/catalog.js";
import { readAccess } from "../../../src/server/access/access.js";
import { HttpListener } from "../../../src/server/http-listener.js";
import { Meters } from "../../../src/server/meters.js";
import { type Settings } from "../../../src/server/settings.js";
import { readSettings } from "../../../src/server/settings-reader.js";
import { openTelemetry } from "../../../src/telemetry/index.js";
import { freePort } from "../free-port.js";
import { errorOf, Stand } from "../stand.js";
import { KeysFolder } from "./keys-folder.js";

const folder = new KeysFolder();
const keyOf = (name: string) => `${name}-0123456789abcdef`;
const apiKeysFile = folder.write([
  { name: "plain", key: keyOf("plain") },
  { name: "other", key: keyOf("other"), priority: 5 },
  { name: "sibling", key: keyOf("sibling"), tenant: "plain" },
  { name: "adapter", key: keyOf("adapter"), models: ["tuned"] },
  { name: "elsewhere", key: keyOf("elsewhere"), models: ["not-here"] },
  { name: "admin", key: keyOf("admin"), admin: true },
]);
const bearer = (name: string) => ({ authorization: `Bearer ${keyOf(name)}` });

/** What a client may ask for without a key, on the main listener and on that of --metrics-port. */
const PUBLIC = ["GET /livez", "HEAD /livez", "GET /readyz", "HEAD /readyz", "GET /health", "HEAD /health"];
/** A browser that loads the page has no key yet; it tells what everybody can read in the source. */
const PUBLIC_DOCS = ["/docs", "/docs/page.css", "/docs/page.js", "/openapi.json"].flatMap((path) => [
  `GET ${path}`,
  `HEAD ${path}`,
]);
const PUBLIC_METRICS = ["/metrics", "/metrics/gateway"].flatMap((path) => [`GET ${path}`, `HEAD ${path}`]);

/** Every route of every Fastify instance that is made while these tests run. */
const routes: string[][] = [];
function collect(message: unknown): void {
  const found: string[] = [];
  routes.push(found);
  (message as { fastify: FastifyInstance }).fastify.addHook("onRoute", ({ method, url }: RouteOptions) => {
    for (const name of [method].flat()) found.push(`${name} ${url}`);
  });
}

let stand: Stand;
beforeAll(async () => {
  subscribe("fastify.initialization", collect);
  const metricsPort = await freePort();
  stand = await Stand.start({ apiKeysFile, metricsPort, lora: "tuned=x.gguf" });
  unsubscribe("fastify.initialization", collect);
});
afterAll(() => stand.close());

/** `fetch` has no TRACE, and no Host of one's own. */
async function statusOf(url: string, method: string, headers: Record<string, string> = {}): Promise<number> {
  const sent = request(url, { method, headers }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode!;
}

async function openRoutes(url: string, found: readonly string[]): Promise<string[]> {
  const open: string[] = [];
  for (const route of found) {
    const [method, path] = route.split(" ") as [string, string];
    if ((await statusOf(url + path.replace(/:\w+/, "x"), method)) !== 401) open.push(route);
  }
  return open.sort();
}

describe("a route without a key", () => {
  it("is open only when it is one of these, whatever routes there are", async () => {
    const [main, metrics] = routes;
    expect(main).toContain("POST /v1/chat/completions");
    expect(main!.length).toBeGreaterThan(50);
    expect(await openRoutes(stand.url, main!)).toEqual([...PUBLIC, ...PUBLIC_DOCS].sort());
    const { origin } = new URL(stand.front.metricsUrl);
    expect(await openRoutes(origin, metrics!)).toEqual([...PUBLIC, ...PUBLIC_METRICS].sort());
  });

  it("tells nothing of URLs that do not exist", async () => {
    for (const path of ["/", "/v2", "/v1/models/none", "/livez/x", "//livez"]) {
      const response = await fetch(stand.url + path);
      expect(response.status).toBe(401);
      expect((await errorOf(response)).message).not.toContain(path);
    }
    expect((await fetch(`${stand.url}/v2`, { headers: bearer("plain") })).status).toBe(404);
  });

  it("is not /metrics, which tells of all tenants: it is for admins, as the operator's own key is", async () => {
    const metrics = (url: string, headers: Record<string, string>) => fetch(`${url}/metrics`, { headers });
    for (const method of ["GET", "HEAD"])
      expect((await fetch(`${stand.url}/metrics`, { method, headers: bearer("plain") })).status).toBe(403);
    expect((await errorOf(await metrics(stand.url, bearer("plain")))).code).toBe("admin_only");
    expect((await metrics(stand.url, bearer("admin"))).status).toBe(200);
    const own = await Stand.start({ apiKeysFile, apiKey: keyOf("operator") });
    expect((await metrics(own.url, bearer("operator"))).status).toBe(200);
    await own.close();
  });

  it("may be /metrics, where the operator says so", async () => {
    const open = await Stand.start({ apiKeysFile, publicMetrics: "on" });
    expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
    expect((await fetch(`${open.url}/v1/models`)).status).toBe(401);
    await open.close();
  });
});

describe("a key", () => {
  it.each<[how: string, headers: Record<string, string>]>([
    ["as OpenAI's clients send it", bearer("plain")],
    ["in other letters", { authorization: `bEARER   ${keyOf("plain")}` }],
    ["as Anthropic's clients send it", { "x-api-key": keyOf("plain") }],
    ["beside another scheme's", { authorization: "Basic eDp5", "x-api-key": keyOf("plain") }],
  ])("opens %s", async (_, headers) => {
    for (const path of ["/v1/models", "/livez"])
      expect((await fetch(stand.url + path, { headers })).status).toBe(200);
  });

  it.each<[what: string, headers: Record<string, string>]>([
    ["that is missing", {}],
    ["that is wrong", bearer("wrong")],
    ["that is cut", { authorization: `Bearer ${keyOf("plain").slice(0, -1)}` }],
    ["without its scheme", { authorization: keyOf("plain") }],
    ["of another scheme", { authorization: `Basic ${keyOf("plain")}` }],
    ["that is empty", { "x-api-key": "" }],
    ["that is the hash", { "x-api-key": `sha256:${"0".repeat(64)}` }],
    ["that is wrong beside a right one", { ...bearer("wrong"), "x-api-key": keyOf("plain") }],
    ["that is two", { authorization: `Bearer ${keyOf("plain")} ${keyOf("other")}` }],
  ])("%s is answered with one and the same 401", async (_, headers) => {
    const response = await stand.post(
      "/v1/chat/completions",
      {},
      { headers: { "content-type": "application/json", ...headers } },
    );
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await errorOf(response)).toEqual({
      message: "Expected a valid API key, as 'Authorization: Bearer KEY' or 'x-api-key: KEY'.",
      type: "invalid_request_error",
      param: null,
      code: "invalid_api_key",
    });
  });

  it("is sent, and its refusal understood, by both official clients", async () => {
    const clients = (apiKey: string) => [
      new OpenAI({ apiKey, baseURL: `${stand.url}/v1`, maxRetries: 0 }),
      new Anthropic({ apiKey, baseURL: stand.url, maxRetries: 0 }),
    ];
    for (const client of clients(keyOf("plain")))
      expect((await client.models.list()).data.map(({ id }) => id)).toEqual(["scripted", "tuned"]);
    const [openai, anthropic] = clients(keyOf("wrong"));
    await expect(openai!.models.list()).rejects.toThrow(OpenAI.AuthenticationError);
    await expect(anthropic!.models.list()).rejects.toThrow(Anthropic.AuthenticationError);
  });

  it("is asked for before a body is read", async () => {
    const response = await stand.complete("words 1", {}, { body: "no JSON" });
    expect(response.status).toBe(401);
  });
});

describe("without keys", () => {
  const withHost = async (settings: Partial<Settings>, host: string, method = "GET") => {
    const open = await Stand.start(settings);
    const url = open.url.replace("0.0.0.0", "127.0.0.1");
    const paths = ["/v1/models", "/metrics", "/livez", "/nowhere"];
    const statuses = await Promise.all(paths.map((path) => statusOf(url + path, method, { host })));
    await open.close();
    return statuses;
  };
  const ANSWERED = [200, 200, 200, 404];

  it("no page of another name is answered on a loopback address, whatever it asks", async () => {
    expect(await withHost({}, "evil.example:8080")).toEqual([403, 403, 403, 403]);
    expect(await withHost({ corsOrigins: "*" }, "evil.example", "OPTIONS")).toEqual([403, 403, 403, 403]);
    for (const host of ["localhost:1", "127.0.0.1", "[::1]:8080"])
      expect(await withHost({}, host)).toEqual(ANSWERED);
  });

  it("any name is answered where the operator lets everybody in, and with a key", async () => {
    for (const host of ["127.0.0.1", "0.0.0.0"])
      expect(await withHost({ host, allowNoKey: "on" }, "evil.example")).toEqual(ANSWERED);
    expect(await withHost({ apiKeysFile }, "proxied.example")).toEqual([401, 401, 200, 401]);
  });

  it("every route is open", async () => {
    const open = await Stand.start();
    for (const path of ["/v1/models", "/metrics", "/livez"])
      expect((await fetch(open.url + path)).status).toBe(200);
    await open.close();
  });
});

const asked = async (name: string, fields: object = {}) => {
  const headers = { "content-type": "application/json", ...bearer(name) };
  return stand.complete("echo", fields, { headers });
};
const engineRequest = async (name: string, fields: object = {}) => {
  const { choices } = (await (await asked(name, fields)).json()) as { choices: { text: string }[] };
  return JSON.parse(choices[0]!.text) as { cacheSalt: string; priority: number };
};

describe("a tenant", () => {
  it("has cached prefixes of its own, shared by its keys", async () => {
    const salts = ["plain", "other", "sibling"].map(
      async (name) => (await engineRequest(name, { cache_salt: "s" })).cacheSalt,
    );
    expect(await Promise.all(salts)).toEqual(["plain\0s", "other\0s", "plain\0s"]);
  });

  it("has the priority of its key, below which it may order its own", async () => {
    const priority = async (name: string, own: number) =>
      (await engineRequest(name, { priority: own })).priority;
    expect([await priority("other", 50), await priority("other", -1)]).toEqual([5, 4]);
    expect([await priority("plain", 50), await priority("plain", -1)]).toEqual([50, -1]);
  });

  it("finds only the models that its key allows", async () => {
    const list = async (name: string) => {
      const response = await fetch(`${stand.url}/v1/models`, { headers: bearer(name) });
      const { data } = (await response.json()) as { data: { id: string }[] };
      return data.map(({ id }) => id);
    };
    expect(await list("plain")).toEqual(["scripted", "tuned"]);
    expect(await list("adapter")).toEqual(["tuned"]);
    expect(await list("elsewhere")).toEqual([]);
    expect((await asked("adapter", { model: "tuned" })).status).toBe(200);
  });

  it("gets for a model that is not allowed what it gets for one that does not exist", async () => {
    const answers = (model: string) => [
      asked("adapter", { model }),
      fetch(`${stand.url}/v1/models/${model}`, { headers: bearer("adapter") }),
    ];
    for (const answer of answers("scripted")) {
      const response = await answer;
      expect(response.status).toBe(404);
      expect(await errorOf(response)).toEqual({
        message: "The model 'scripted' does not exist; this server serves 'tuned'.",
        type: "invalid_request_error",
        param: "model",
        code: "model_not_found",
      });
    }
    for (const answer of answers("nonesuch"))
      expect((await errorOf(await answer)).message).toBe(
        "The model 'nonesuch' does not exist; this server serves 'tuned'.",
      );
    expect((await errorOf(await asked("elsewhere", { model: "scripted" }))).message).toBe(
      "The model 'scripted' does not exist; this API key may use none of this server's models.",
    );
  });

  it("must name a model when it may not use the default one", async () => {
    const response = await asked("adapter");
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: "missing_parameter", param: "model" });
  });
});

describe("an admin route", () => {
  const telemetry = openTelemetry(catalog);
  const listen = async (settings: Partial<Settings>) => {
    const addRoutes = (app: FastifyInstance) => {
      app.get("/admin", { config: { access: "admin" } }, ({ tenant }) => Promise.resolve(tenant.key));
    };
    const access = readAccess({ ...readSettings(new Map(), {}), ...settings });
    const listener = new HttpListener(new Meters(telemetry.metrics), addRoutes, access);
    await listener.listen("127.0.0.1", 0);
    return listener;
  };

  it("is for admins' keys alone", async () => {
    const listener = await listen({ apiKeysFile });
    const answer = (headers: Record<string, string>) => fetch(`${listener.url}/admin`, { headers });
    expect((await answer({})).status).toBe(401);
    const refused = await answer(bearer("plain"));
    expect(refused.status).toBe(403);
    expect((await errorOf(refused)).code).toBe("admin_only");
    expect(await (await answer(bearer("admin"))).text()).toBe("admin");
    await listener.close();
  });

  it("is open where there are no keys", async () => {
    const listener = await listen({});
    expect((await fetch(`${listener.url}/admin`)).status).toBe(200);
    await listener.close();
  });
});
