import { afterAll, beforeAll, expect, it } from "vitest";
import { Stand } from "../stand.js";

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start({ apiKey: "0123456789abcdef" });
});
afterAll(() => stand.close());

const key = { authorization: "Bearer 0123456789abcdef", "content-type": "application/json" };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const answers: [what: string, ask: (headers: Record<string, string>) => Promise<Response>, status: number][] =
  [
    ["an answer", (headers) => stand.chat("words 1", {}, { headers: { ...key, ...headers } }), 200],
    [
      "a stream",
      (headers) => stand.chat("words 1", { stream: true }, { headers: { ...key, ...headers } }),
      200,
    ],
    ["an error of ours", (headers) => stand.chat("broken", {}, { headers: { ...key, ...headers } }), 500],
    ["a refusal", (headers) => stand.chat("words 1", { n: 0 }, { headers: { ...key, ...headers } }), 400],
    ["a missing key", (headers) => fetch(`${stand.url}/v1/models`, { headers }), 401],
    ["health", (headers) => fetch(`${stand.url}/livez`, { headers }), 200],
    ["metrics", (headers) => fetch(`${stand.url}/metrics`, { headers: { ...key, ...headers } }), 200],
    ["an unknown URL", (headers) => fetch(`${stand.url}/x`, { headers: { ...key, ...headers } }), 404],
    [
      "another method",
      (headers) => fetch(`${stand.url}/v1/models`, { method: "PUT", headers: { ...key, ...headers } }),
      405,
    ],
    ["a URL that cannot be read", (headers) => fetch(`${stand.url}/%zz`, { headers }), 400],
  ];

it.each(answers)("%s carries the client's request id, or a new one", async (_, ask, status) => {
  const own = await ask({ "x-request-id": "mine-1" });
  expect(own.status).toBe(status);
  expect(own.headers.get("x-request-id")).toBe("mine-1");
  expect(own.headers.get("x-content-type-options")).toBe("nosniff");
  const unfit: Record<string, string>[] = [{}, { "x-request-id": "with space" }];
  for (const headers of unfit) expect((await ask(headers)).headers.get("x-request-id")).toMatch(uuid);
});
