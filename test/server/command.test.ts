import { createServer, type AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { settingEntries, variableOf } from "../../src/server/settings.js";
import { newSegmentPath } from "../../src/telemetry/index.js";
import { isAlive, TachoProcess } from "./tacho-process.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tacho-command-"));
  await writeFile(join(folder, "text"), "no model");
  await writeFile(join(folder, "empty"), "");
});
afterAll(() => rm(folder, { recursive: true }));

describe("a command line that is no good", () => {
  it.each<[args: string[], env: Record<string, string>, message: string]>([
    [["--modle", "x"], {}, "Unknown option '--modle'. Did you mean '--model'?"],
    [[], { TACHO_PORT: "x" }, "Expected an integer from 0 to 65535 for TACHO_PORT, but received 'x'."],
    [["--model", "/no.gguf"], {}, "Expected a GGUF file for --model, but '/no.gguf' does not exist."],
    [["--model", "FOLDER"], {}, "Expected a GGUF file for --model, but 'FOLDER' is a directory."],
    [
      ["--model", "FOLDER/text"],
      {},
      "Expected a GGUF file for --model, but 'FOLDER/text' does not start with GGUF.",
    ],
    [
      ["--model", "FOLDER/empty"],
      {},
      "Expected a GGUF file for --model, but 'FOLDER/empty' does not start with GGUF.",
    ],
    [
      ["--draft-model", "/no.gguf"],
      {},
      "Expected a GGUF file for --draft-model, but '/no.gguf' does not exist.",
    ],
    [[], { TACHO_LORA: "a=/no.gguf" }, "Expected a GGUF file for --lora, but '/no.gguf' does not exist."],
    [
      ["--host", "0.0.0.0", "--port", "0"],
      {},
      "Expected an API key for listening on 0.0.0.0, which other machines reach: set TACHO_API_KEY or --api-keys-file, or allow anybody to use it with --allow-no-key on.",
    ],
    [
      ["--api-keys-file", "FOLDER/text"],
      {},
      "Expected a file of API keys for --api-keys-file, but 'FOLDER/text' is not JSON.",
    ],
    [
      ["--tls-cert", "FOLDER/text"],
      {},
      "Expected both --tls-cert and --tls-key, but received only --tls-cert.",
    ],
  ])("ends %j %j with one line and code 2", async (args, env, message) => {
    const inFolder = (text: string) => text.replace("FOLDER", folder);
    const tacho = new TachoProcess("real", args.map(inFolder), env);
    expect(await tacho.ended()).toBe(2);
    expect(tacho.stdout).toBe("");
    expect(tacho.stderr).toBe(`tacho: ${inFolder(message)}\n`);
    expect(tacho.segments()).toEqual([]);
  });
});

describe("a start that fails", () => {
  it("says that a port is taken, exits with 1, and has swept what others left behind", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await vi.waitUntil(() => other.listening);
    const { port } = other.address() as AddressInfo;
    const tacho = new TachoProcess("real", ["--port", String(port)]);
    expect(await tacho.ended()).toBe(1);
    expect(tacho.stderr).toBe(
      `tacho: Port ${port} on 127.0.0.1 is taken by another program; choose another one.\n`,
    );
    expect(tacho.segments()).toEqual([]);

    // As one killed before it could remove it: the next start does.
    const stale = newSegmentPath().replace(`-${process.pid}-`, `-${tacho.pid}-`);
    await writeFile(stale, "");
    await new TachoProcess("real", ["--port", String(port)]).ended();
    expect(tacho.segments()).toEqual([]);
    other.close();
  });

  it.each([
    ["fails-usage", 2, "The model is too large for this machine."],
    ["fails", 1, "The model is damaged."],
    [
      "dies",
      1,
      "The engine host was killed by SIGABRT (lower --gpu-layers or --ctx-size, or see `tacho doctor`) before the model was ready.",
    ],
  ])("says what the host says when it %s", async (alias, code, message) => {
    const tacho = new TachoProcess("scripted", ["--port", "0", "--alias", alias]);
    expect(await tacho.ended()).toBe(code);
    expect(tacho.stderr).toBe(`tacho: ${message}\n`);
    expect(tacho.segments()).toEqual([]);
  });
});

describe("API keys", () => {
  const ask = (url: string, key: string) =>
    fetch(`${url.replace("0.0.0.0", "127.0.0.1")}/v1/models`, { headers: { "x-api-key": key } });

  it("let a server listen where others reach it, and are seen by no other process", async () => {
    const keys = ["a-key-of-the-command", "a-key-of-the-environment"] as const;
    const args = ["--host", "0.0.0.0", "--port", "0"];
    const ways = [
      new TachoProcess("scripted", [...args, "--api-key", keys[0]]),
      new TachoProcess("scripted", args, { TACHO_API_KEY: keys[1] }),
    ];
    for (const [i, tacho] of ways.entries()) {
      expect((await ask(await tacho.url(), keys[i]!)).status).toBe(200);
      expect((await ask(await tacho.url(), "a-key-of-nobody")).status).toBe(401);
      const [host] = tacho.children();
      expect(readFileSync(`/proc/${tacho.pid}/cmdline`, "utf8")).not.toContain("a-key");
      expect(readFileSync(`/proc/${host!.pid}/cmdline`, "utf8")).not.toContain("a-key");
      expect(readFileSync(`/proc/${host!.pid}/environ`, "utf8")).not.toContain("a-key");
      tacho.kill("SIGTERM");
      expect(await tacho.ended()).toBe(0);
      expect(tacho.stdout + tacho.stderr).not.toContain("a-key");
    }
  });

  it("are not needed where the operator says so", async () => {
    const tacho = new TachoProcess("scripted", ["--host", "0.0.0.0", "--port", "0", "--allow-no-key", "on"]);
    expect((await ask(await tacho.url(), "")).status).toBe(200);
    tacho.kill("SIGTERM");
    expect(await tacho.ended()).toBe(0);
  });

  it("are made by `tacho key`, with the entry that lets them in", async () => {
    const maker = new TachoProcess("real", ["key", "--name", 'the "web"']);
    expect(await maker.ended()).toBe(0);
    const [, key, entry] = /client;.*\n {2}(\S+)\n.*:\n {2}(.*)\n$/.exec(maker.stdout)!;
    expect(entry).not.toContain(key);
    const file = join(folder, "keys.json");
    await writeFile(file, `[${entry}]`);
    const tacho = new TachoProcess("scripted", ["--port", "0"], { TACHO_API_KEYS_FILE: file });
    expect((await ask(await tacho.url(), key!)).status).toBe(200);
    tacho.kill("SIGTERM");
    expect(await tacho.ended()).toBe(0);
  });
});

describe("help and version", () => {
  it("lists every setting", async () => {
    const tacho = new TachoProcess("real", ["serve", "--help"], { TACHO_API_KEY: "a-key-of-someone" });
    expect(await tacho.ended()).toBe(0);
    expect(tacho.stderr).toBe("");
    expect(tacho.stdout).not.toContain("a-key-of-someone");
    for (const [, setting] of settingEntries) {
      expect(tacho.stdout).toContain(`--${setting.flag} `);
      expect(tacho.stdout).toContain(`[${variableOf(setting)}; default `);
    }
  });

  it("prints the version", async () => {
    const tacho = new TachoProcess("real", ["--version"]);
    expect(await tacho.ended()).toBe(0);
    expect(tacho.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a server", () => {
  it("prints a banner whose curl works, and leaves nothing behind on SIGTERM", async () => {
    const tacho = new TachoProcess("scripted", ["--port", "0", "--parallel", "3"], {
      TACHO_ALIAS: "my-model",
    });
    const url = await tacho.url();
    expect(tacho.stdout).toMatch(/model +my-model \(scripted/);
    expect(tacho.stdout).toMatch(/context +2048 tokens a request, 3 slots/);
    expect(tacho.stdout).toContain(`${url}/metrics`);
    expect(tacho.stdout).not.toContain("ChatML");
    const [, target, body] = /curl (\S+) -H '[^']+' \\\n +-d '(.*)'\n/.exec(tacho.stdout)!;
    const headers = { "content-type": "application/json" };
    const response = await fetch(target!, { method: "POST", headers, body: body! });
    expect(response.status).toBe(200);

    expect(tacho.title).toBe("tacho front");
    const hosts = tacho.children();
    expect(hosts.map(({ title }) => title)).toEqual(["tacho engine-host"]);
    expect(tacho.segments()).toHaveLength(1);
    tacho.kill("SIGTERM");
    expect(await tacho.ended()).toBe(0);
    expect(isAlive(hosts[0]!.pid)).toBe(false);
    expect(tacho.segments()).toEqual([]);
  });

  it("says that a model without a chat template reads ChatML, and lets it", async () => {
    const tacho = new TachoProcess("scripted", ["--port", "0", "--alias", "no-template"]);
    const url = await tacho.url();
    expect(tacho.stdout).toMatch(/chat +ChatML, as the model has no template/);
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "words 1" }] }),
    });
    expect(response.status).toBe(200);
    tacho.kill("SIGTERM");
    expect(await tacho.ended()).toBe(0);
  });

  const stalled = async (tacho: TachoProcess) =>
    fetch(`${await tacho.url()}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: "stall", stream: true }),
    });

  it("lets a running request finish within the drain limit on SIGTERM", async () => {
    const tacho = new TachoProcess("scripted", ["--port", "0", "--drain-seconds", "0.2"]);
    const response = await stalled(tacho);
    tacho.kill("SIGTERM");
    const events = await response.text();
    expect(events).toMatch(/data: \{"error":\{.*"code":"drain_timeout"\}\}\n\n$/);
    expect(await tacho.ended()).toBe(0);
    expect(tacho.segments()).toEqual([]);
  });

  it("ends at once on the second Ctrl-C", async () => {
    const tacho = new TachoProcess("scripted", ["--port", "0"]);
    const response = await stalled(tacho);
    const [host] = tacho.children();
    tacho.kill("SIGINT");
    await tacho.said("stderr", /Ctrl-C again/);
    tacho.kill("SIGINT");
    await expect(response.text()).rejects.toThrow();
    expect(await tacho.ended()).toBe(130);
    await vi.waitFor(() => expect(isAlive(host!.pid)).toBe(false), { timeout: 5000, interval: 5 });
    expect(tacho.segments()).toEqual([]);
  });

  it("ends with 0 when it is told to stop while it loads", async () => {
    const tacho = new TachoProcess("scripted", ["--port", "0", "--alias", "never-ready"]);
    await tacho.said("stderr", /loading the model/);
    tacho.kill("SIGTERM");
    expect(await tacho.ended()).toBe(0);
    expect(tacho.segments()).toEqual([]);
  });
});
