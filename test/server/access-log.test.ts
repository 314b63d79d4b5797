import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Settings } from "../../src/server/settings.js";
import { KeysFolder } from "./access/keys-folder.js";
import { readUntil, Stand } from "./stand.js";
import { TachoProcess } from "./tacho-process.js";

let folder = "";
let file = "";
let stand: Stand;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-access-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(settings: Partial<Settings> = {}): Promise<void> {
  file = join(folder, `access-${count++}.log`);
  stand = await Stand.start({ accessLog: file, ...settings });
}

type Line = Record<string, unknown>;

/** Every line is JSON by itself. */
function lines(): Line[] {
  const text = readFileSync(file, "utf8");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

async function logged(number: number): Promise<Line[]> {
  await vi.waitFor(() => expect(lines().length).toBeGreaterThanOrEqual(number), { timeout: 10_000 });
  return lines();
}

const seconds = expect.any(Number) as number;
const common = { level: "info", remote_address: "127.0.0.1", duration_seconds: seconds };
const CHAT = { method: "POST", route: "/v1/chat/completions" };
const usage = (completion: number) => ({
  prompt_tokens: 7,
  cached_tokens: 3,
  completion_tokens: completion,
});

describe("a line", () => {
  const keys = new KeysFolder();
  afterEach(() => stand.close());

  test("tells all of an answer, streamed or whole, and nothing of its text", async () => {
    await start();
    for (const stream of [false, true]) await (await stand.chat("words 2", { stream })).text();
    const [whole, streamed] = await logged(2);
    for (const [line, stream] of [
      [whole, false],
      [streamed, true],
    ] as const) {
      expect(line).toEqual({
        ...common,
        ...CHAT,
        ...usage(2),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        request_id: expect.any(String) as string,
        status: 200,
        outcome: "stop",
        model: "scripted",
        stream,
        queue_seconds: seconds,
        ttft_seconds: seconds,
      });
      expect(line!.queue_seconds).toBeLessThanOrEqual(line!.ttft_seconds as number);
      expect(line!.ttft_seconds).toBeLessThanOrEqual(line!.duration_seconds as number);
    }
    expect(whole!.request_id).not.toBe(streamed!.request_id);
    expect(readFileSync(file, "utf8")).not.toContain("word");
  });

  test.each([
    ["a wrong field", { temperature: 9 }, { status: 400, error: "invalid_value", outcome: "invalid" }],
    [
      "an unknown model",
      { model: 'a"\n{"status":200}' },
      { status: 404, error: "model_not_found", outcome: "invalid", model: 'a"\n{"status":200}' },
    ],
  ])("tells the code of %s", async (_, fields, told) => {
    await start();
    await stand.chat("words 1", fields);
    expect(await logged(1)).toEqual([expect.objectContaining({ ...common, ...CHAT, ...told })]);
  });

  test("tells the model of an adapter, and what one that makes vectors had read", async () => {
    await start({ alias: "embedding", lora: "sql=/a.gguf" });
    await (await stand.post("/v1/embeddings", { model: "sql", input: ["abc", "de"] })).text();
    const [line] = await logged(1);
    expect(line).toMatchObject({
      ...{ route: "/v1/embeddings", status: 200, outcome: "stop", model: "embedding", stream: false },
      ...{ prompt_tokens: 5, cached_tokens: 0, completion_tokens: 0, queue_seconds: seconds },
    });
  });

  test("tells whose key was sent, and never the key", async () => {
    const key = "mine-0123456789abcdef";
    await start({ apiKeysFile: keys.write([{ name: "mine", key, tenant: "us" }]) });
    for (const sent of [key, "wrong-0123456789abcdef"]) {
      const headers = { authorization: `Bearer ${sent}`, "x-request-id": "of-the-client" };
      await (await fetch(`${stand.url}/v1/models`, { headers })).text();
    }
    const [right, wrong] = await logged(2);
    expect(right).toMatchObject({ tenant: "us", key: "mine", status: 200, request_id: "of-the-client" });
    expect(wrong).toMatchObject({ status: 401, error: "invalid_api_key" });
    expect(wrong).not.toHaveProperty("tenant");
    expect(readFileSync(file, "utf8")).not.toContain("0123456789");
  });

  test("tells an error that came when the stream had begun", async () => {
    await start();
    await (await stand.chat("crash", { stream: true })).text();
    const [line] = await logged(1);
    expect(line).toMatchObject({ status: 200, outcome: "error", error: "engine_restarting" });
    expect(line).not.toHaveProperty("prompt_tokens");
  });

  test("tells of a client that left what the engine had done for it", async () => {
    await start();
    const leaving = new AbortController();
    const response = await stand.chat("stall", { stream: true }, { signal: leaving.signal });
    await readUntil(response, "waiting");
    leaving.abort();
    expect(await logged(1)).toEqual([
      expect.objectContaining({ ...CHAT, ...usage(1), status: 200, outcome: "cancelled" }),
    ]);
  });

  test("tells of one that left the queue no tokens", async () => {
    await start({ parallel: 1 });
    const leaving = new AbortController();
    const stalled = await stand.chat("stall", { stream: true }, { signal: leaving.signal });
    const waiting = stand.chat("words 1", {}, { signal: leaving.signal }).catch(() => null);
    await vi.waitFor(async () => expect(await stand.metric("tacho_requests_waiting")).toBe(1));
    leaving.abort();
    await Promise.all([waiting, stalled.text().catch(() => null)]);
    const line = (await logged(2)).find(({ status }) => status === 499);
    expect(line).toMatchObject({ outcome: "cancelled" });
    expect(line).not.toHaveProperty("completion_tokens");
    expect(line).not.toHaveProperty("queue_seconds");
  });

  test("tells the template of other routes, never what a client put in", async () => {
    await start();
    for (const path of ["/v1/models/secret?key=secret", "/secret", "/%zz?secret"])
      await fetch(stand.url + path);
    const [model, unknown, unreadable] = await logged(3);
    expect(model).toMatchObject({
      method: "GET",
      route: "/v1/models/:id",
      status: 404,
      error: "model_not_found",
    });
    expect(unknown).toMatchObject({ route: "unmatched", status: 404, error: "unknown_url" });
    expect(unreadable).toMatchObject({ route: "unmatched", status: 400, error: "bad_request" });
    expect(readFileSync(file, "utf8")).not.toContain("secret");
  });

  test("is written of probes and scrapes only when they found something", async () => {
    await start();
    for (const path of ["/livez", "/readyz", "/metrics"]) await (await fetch(stand.url + path)).text();
    await fetch(`${stand.url}/v1/models`);
    await stand.front.drain();
    expect(lines()).toEqual([expect.objectContaining({ route: "/v1/models" })]);
  });

  test("holds the body only when that was asked for", async () => {
    await start({ accessLogPrompts: "on" });
    await (await stand.chat("words 1\n{}", { temperature: 0.5 })).text();
    await (await fetch(`${stand.url}/v1/models`)).text();
    const [line, other] = await logged(2);
    expect(line!.body).toMatchObject({
      messages: [{ role: "user", content: "words 1\n{}" }],
      temperature: 0.5,
    });
    expect(other).not.toHaveProperty("body");
  });
});

test("what a full disk refuses is counted, and nobody waits for it", async () => {
  await start({ accessLog: "/dev/full" });
  for (let i = 0; i < 3; i++) expect((await stand.chat("words 1")).status).toBe(200);
  await vi.waitFor(async () => expect(await stand.metric("tacho_access_log_dropped_lines_total")).toBe(3));
  await stand.close();
});

describe("the command", () => {
  const scripted = fileURLToPath(new URL("scripted-main.mjs", import.meta.url));

  test("says what is wrong with the file, and leaves nothing behind", async () => {
    const tacho = new TachoProcess("scripted", [
      "--access-log",
      join(folder, "none/access.log"),
      "--port",
      "0",
    ]);
    expect(await tacho.ended()).toBe(2);
    expect(tacho.stderr).toMatch(/Expected a file that can be written for --access-log, but: ENOENT/);
    expect(tacho.segments()).toEqual([]);
  });

  test("writes to standard output, and is not held up when nobody reads that", async () => {
    const args = [scripted, "--access-log", "on", "--access-log-prompts", "on", "--port", "0"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    const url = await addressOf(child.stdout);
    for (let i = 0; i < 20; i++) {
      const messages = [{ role: "user", content: `words 1 ${"x".repeat(100_000)}` }];
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify({ messages }) };
      const response = await fetch(`${url}/v1/chat/completions`, init);
      expect(response.status).toBe(200);
      await response.text();
    }
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("ends its banner before the first line", async () => {
    const tacho = new TachoProcess("scripted", ["--access-log", "on", "--port", "0"]);
    await fetch(`${await tacho.url()}/v1/models`);
    tacho.kill("SIGTERM");
    expect(await tacho.ended()).toBe(0);
    const last = tacho.stdout.trimEnd().split("\n").at(-1)!;
    expect(JSON.parse(last)).toMatchObject({ route: "/v1/models", status: 200 });
  });
});

/** From the banner; what follows that stays unread. */
async function addressOf(stdout: Readable): Promise<string> {
  let text = "";
  stdout.setEncoding("utf8");
  while (!/address +\S+\n/.test(text)) {
    await once(stdout, "readable");
    text += (stdout.read() as string | null) ?? "";
  }
  return /address +(\S+)/.exec(text)![1]!;
}
