import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TachoServer } from "./tacho-server.js";

const MODEL = fileURLToPath(new URL("../../models/tacho-mini.gguf", import.meta.url));

let site: Server;
let url: string;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "tacho-models-"));
  site = createServer(({ method, url: wanted }, response) => {
    if (wanted !== "/tacho-mini.gguf") response.writeHead(404).end();
    else {
      response.writeHead(200, { "content-length": statSync(MODEL).size });
      if (method === "HEAD") response.end();
      else createReadStream(MODEL).pipe(response);
    }
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterAll(() => {
  site.close();
  rmSync(folder, { recursive: true });
});

test("a model named by a URI is downloaded, with its progress told, and served", async () => {
  const flags = ["--model", `${url}/tacho-mini.gguf`, "--models-dir", folder];
  const server = await TachoServer.start(...flags);
  expect(server.output).toContain("downloading the model: 100 %");
  const { choices } = await server.openai.completions.create({ model: server.model, prompt: "Hi" });
  expect(choices).toHaveLength(1);
  expect(await server.end()).toEqual({ code: 0, signal: null });
  expect(statSync(path.join(folder, "tacho-mini.gguf")).size).toBe(statSync(MODEL).size);
});

test("a model that is not there is one clear line", async () => {
  const flags = ["--model", `${url}/none.gguf`, "--models-dir", folder];
  const failure = await TachoServer.start(...flags).catch((error: unknown) => String(error));
  expect(failure).toContain("tacho ended with 1: ");
  expect(failure).toMatch(/cannot download http:.*none\.gguf: .*404/);
});
