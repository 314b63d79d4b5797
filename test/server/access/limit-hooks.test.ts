import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { errorOf, eventsOf, readUntil, Stand } from "../stand.js";
import { KeysFolder } from "./keys-folder.js";

const folder = new KeysFolder();
const keyOf = (name: string) => `${name}-0123456789abcdef`;
const apiKeysFile = folder.write([
  { name: "rpm", key: keyOf("rpm"), requestsPerMinute: 6 },
  { name: "tpm", key: keyOf("tpm"), tokensPerMinute: 60 },
  { name: "both", key: keyOf("both"), requestsPerMinute: 60, tokensPerMinute: 6000 },
  { name: "free", key: keyOf("free") },
]);

let seconds = 1e6;
let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start({ apiKeysFile }, () => seconds);
});
afterAll(() => stand.close());
/** All is there again. */
beforeEach(() => {
  seconds += 1e6;
});

const post = (key: string, script: string, fields: object = {}, init: RequestInit = {}) => {
  const headers = { "content-type": "application/json", authorization: `Bearer ${keyOf(key)}` };
  return stand.complete(script, fields, { headers, ...init });
};
const messages = [{ role: "user", content: "words 1" }];
const limitsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-ratelimit-")));

describe("a key with a limit of requests", () => {
  it("is refused beyond it with 429, told when to come again, and then served", async () => {
    for (let i = 0; i < 6; i++) expect((await post("rpm", "words 1")).status).toBe(200);
    const before = await stand.outcomes();
    const refused = await post("rpm", "words 1");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("10");
    expect(limitsOf(refused)).toEqual({
      "x-ratelimit-limit-requests": "6",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1m0s",
    });
    expect(await errorOf(refused)).toMatchObject({ code: "rate_limit_exceeded", type: "rate_limit_error" });
    const { rejected = 0 } = before;
    expect((await stand.outcomes())["rejected"]).toBe(rejected + 1);
    seconds += 10;
    expect((await post("rpm", "words 1")).status).toBe(200);
    expect((await post("rpm", "words 1")).status).toBe(429);
  });

  it("takes nothing from others", async () => {
    for (let i = 0; i < 7; i++) await post("rpm", "words 1");
    expect((await post("both", "words 1")).status).toBe(200);
    expect((await post("free", "words 1")).status).toBe(200);
  });

  it("is not charged for what asks no model", async () => {
    const headers = { authorization: `Bearer ${keyOf("rpm")}` };
    for (let i = 0; i < 7; i++) expect((await fetch(`${stand.url}/v1/models`, { headers })).status).toBe(200);
    expect((await post("rpm", "words 1")).headers.get("x-ratelimit-remaining-requests")).toBe("5");
  });

  it.each([
    ["/v1/completions", { prompt: "words 1" }],
    ["/v1/chat/completions", { messages }],
    ["/v1/responses", { input: "words 1" }],
    ["/v1/messages", { messages, max_tokens: 9 }],
    ["/v1/messages/count_tokens", { messages }],
    ["/tokenize", { content: "words 1" }],
    ["/detokenize", { tokens: [1] }],
    ["/apply-template", { messages }],
    ["/v1/embeddings", { input: "abc" }],
    ["/v1/rerank", { query: "a", documents: ["b"] }],
  ])("is charged, and refused and counted beyond it, by %s", async (path, body) => {
    const series = `tacho_admission_rejections_total{route="${path}",reason="rate_limit"}`;
    const before = (await stand.metric(series)) || 0;
    const headers = { "content-type": "application/json", authorization: `Bearer ${keyOf("rpm")}` };
    for (let left = 5; left >= 0; left--) {
      const response = await stand.post(path, body, { headers });
      expect(response.headers.get("x-ratelimit-remaining-requests")).toBe(String(left));
      await response.text();
    }
    const refused = await stand.post(path, body, { headers });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(JSON.stringify(await refused.json())).toContain("rate_limit_exceeded");
    expect(await stand.metric(series)).toBe(before + 1);
  });
});

// The scripted host counts 7 tokens of prompt, and one for each word.
describe("a key with a limit of tokens", () => {
  it("may use more than is left once, and is refused until that is paid", async () => {
    const first = await post("tpm", "words 83", { max_tokens: 100 });
    expect(first.status).toBe(200);
    expect(first.headers.get("x-ratelimit-remaining-tokens")).toBe("0");
    expect(first.headers.get("x-ratelimit-reset-tokens")).toBe("1m30s");
    const refused = await post("tpm", "words 1");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("31");
    expect((await errorOf(refused)).message).toContain("60 tokens a minute");
    seconds += 31;
    expect((await post("tpm", "words 1")).status).toBe(200);
  });

  it("pays for what it streams", async () => {
    await eventsOf(await post("tpm", "words 63", { stream: true, max_tokens: 100 }));
    expect((await post("tpm", "words 1")).headers.get("retry-after")).toBe("11");
  });

  it("pays for a prompt once, however many choices it has", async () => {
    await post("both", "words 1", { n: 3 });
    const { headers } = await post("both", "words 1", { stream: true });
    expect(headers.get("x-ratelimit-remaining-tokens")).toBe(String(6000 - (7 + 3)));
  });

  it("pays although it leaves before the end", async () => {
    const leaving = new AbortController();
    const response = await post("tpm", "stall", { stream: true }, { signal: leaving.signal });
    await readUntil(response, "waiting");
    leaving.abort();
    const remaining = async () =>
      Number((await post("tpm", "", {}, { body: "{}" })).headers.get("x-ratelimit-remaining-tokens"));
    await vi.waitFor(async () => expect(await remaining()).toBe(60 - 8), { timeout: 10_000, interval: 2 });
  });

  it("pays nothing for what the engine never saw", async () => {
    const invalid = await post("tpm", "words 1", { temperature: 9 });
    expect(invalid.status).toBe(400);
    expect(invalid.headers.get("x-ratelimit-remaining-tokens")).toBe("60");
  });
});

describe("an answer of a limited key tells what is left", () => {
  it("when it is whole, after it was charged", async () => {
    expect(limitsOf(await post("both", "words 3"))).toEqual({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-limit-tokens": "6000",
      "x-ratelimit-remaining-tokens": "5990",
      "x-ratelimit-reset-tokens": "1s",
    });
  });

  it("when it is streamed, as things stood when it came", async () => {
    const response = await post("both", "words 3", { stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(limitsOf(response)).toMatchObject({
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-remaining-tokens": "6000",
    });
    await response.text();
  });

  it.each([
    ["no JSON", 400],
    ['{"prompt": "broken"}', 500],
  ])("when it is an error: %s", async (body, status) => {
    const response = await post("both", "", {}, { body });
    expect(response.status).toBe(status);
    expect(limitsOf(response)).toMatchObject({ "x-ratelimit-remaining-requests": "59" });
  });

  it("and nothing where there is no limit", async () => {
    expect(limitsOf(await post("free", "words 1"))).toEqual({});
  });
});
