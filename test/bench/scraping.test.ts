import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Scraping {
  end(): Promise<{ milliseconds: number; bytes: number }[]>;
}

const { startScraping } = (await benchModule("scrape/scraping.mjs")) as {
  startScraping: (options: { port: number; url: string; aSecond: number }) => Promise<Scraping>;
};

let server: Server;
let asked: string[];
let status: number;
beforeEach(async () => {
  asked = [];
  status = 200;
  server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(status).end("a 1\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

const scrape = () =>
  startScraping({ port: (server.address() as AddressInfo).port, url: "/metrics?dialect=ryot", aSecond: 200 });

test("every scrape is told, with its time and its bytes, but the first", async () => {
  const scraping = await scrape();
  while (asked.length < 5) await once(server, "request");
  const scrapes = await scraping.end();
  expect(scrapes).toHaveLength(asked.length - 1);
  expect(new Set(asked)).toEqual(new Set(["/metrics?dialect=ryot"]));
  for (const { milliseconds, bytes } of scrapes) expect([milliseconds > 0, bytes]).toEqual([true, 4]);
});

test("a scrape that is refused is a failure", async () => {
  status = 503;
  await expect(scrape()).rejects.toThrow("Expected 200 for /metrics?dialect=ryot but received 503.");
});
