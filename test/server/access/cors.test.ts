import { afterEach, describe, expect, it } from "vitest";
import type { Settings } from "../../../src/server/settings.js";
import { Stand } from "../stand.js";

const apiKey = "0123456789abcdef";
const ours = "https://app.example";

let stand: Stand;
afterEach(() => stand.close());

async function start(settings: Partial<Settings>): Promise<void> {
  stand = await Stand.start({ apiKey, ...settings });
}

const preflight = (origin: string, path = "/v1/chat/completions") =>
  fetch(stand.url + path, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,x-stainless-os",
    },
  });
const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"));
const ask = (origin: string, authorization = `Bearer ${apiKey}`, fields: object = {}) =>
  stand.chat("words 1", fields, { headers: { "content-type": "application/json", origin, authorization } });

const exposed = expect.stringMatching(/^retry-after, x-request-id, x-ratelimit-limit-requests,/) as string;

describe("CORS", () => {
  it("is off by default", async () => {
    await start({});
    for (const response of [await ask(ours), await preflight(ours)]) expect(corsOf(response)).toEqual({});
    expect((await preflight(ours)).status).toBe(401);
  });

  it("answers a preflight without a key, whatever the path, and never with credentials", async () => {
    await start({ corsOrigins: `https://other.example,${ours}` });
    for (const path of ["/v1/chat/completions", "/v1/models", "/none"]) {
      const response = await preflight(ours, path);
      expect(response.status).toBe(204);
      expect(response.headers.get("x-request-id")).not.toBeNull();
      expect(corsOf(response)).toEqual({
        "access-control-allow-origin": ours,
        "access-control-allow-methods": "GET, HEAD, POST, DELETE",
        "access-control-allow-headers": "authorization,x-stainless-os",
        "access-control-max-age": "7200",
        vary: "Origin",
      });
    }
  });

  it("lets pages of the origins read every answer, errors and streams too", async () => {
    await start({ corsOrigins: ours });
    const readable = {
      "access-control-allow-origin": ours,
      "access-control-expose-headers": exposed,
      vary: "Origin",
    };
    const answers = [
      await ask(ours),
      await ask(ours, "Bearer x"),
      await ask(ours, undefined, { stream: true }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200]);
    for (const answer of answers) expect(corsOf(answer)).toEqual(readable);
  });

  it("is nothing for other origins", async () => {
    await start({ corsOrigins: ours });
    for (const origin of ["https://evil.example", "null", "http://app.example", `${ours}.evil.example`]) {
      expect(corsOf(await ask(origin))).toEqual({ vary: "Origin" });
      expect((await preflight(origin)).status).toBe(401);
    }
  });

  it("can be for all", async () => {
    await start({ corsOrigins: "*" });
    expect(corsOf(await ask("https://any.example"))).toEqual({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": exposed,
    });
    expect((await preflight("null")).headers.get("access-control-allow-origin")).toBe("*");
  });

  it("takes no OPTIONS request for a preflight that is none", async () => {
    await start({ corsOrigins: "*" });
    const headers = { origin: ours, authorization: `Bearer ${apiKey}` };
    expect((await fetch(`${stand.url}/v1/models`, { method: "OPTIONS", headers })).status).toBe(405);
  });
});
