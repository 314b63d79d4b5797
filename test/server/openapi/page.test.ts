import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { debianPackage } from "../../debian-package.js";
import { Stand } from "../stand.js";
import { Browser } from "./browser.js";

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start();
});
afterAll(() => stand.close());

test("the page brings all it needs from this server, and is told to take nothing from another", async () => {
  const page = await fetch(`${stand.url}/docs`);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  const html = await page.text();
  const named = Array.from(html.matchAll(/(?:src|href)="([^"]+)"/g), ([, address]) => address!);
  expect(named.length).toBeGreaterThan(2);
  for (const address of named) {
    expect(address).not.toMatch(/^(\/|\w+:)/);
    expect((await fetch(new URL(address, `${stand.url}/docs`))).status).toBe(200);
  }
});

describe("in a browser", () => {
  const { chromium } = debianPackage("chromium", ["chromium"]);
  let browser: Browser | undefined;
  afterAll(() => browser?.close());

  const shows = (selector: string, text: string) =>
    vi.waitFor(
      async () => {
        const found = `Array.from(document.querySelectorAll(${JSON.stringify(selector)}), (e) => e.textContent)`;
        expect(await browser!.evaluate(found)).toContainEqual(expect.stringContaining(text));
      },
      { timeout: 30_000 },
    );

  test("it lists operations, their fields with ranges, and their errors", async () => {
    browser = await Browser.open(chromium, `${stand.url}/docs`);
    for (const path of ["/v1/chat/completions", "/v1/completions", "/v1/models/{id}", "/metrics"])
      await shows("summary", path);
    await shows("#createChatCompletion tr", "temperaturenumber | null (≥ 0, ≤ 2)default 1.");
    await shows("#createChatCompletion tr", "messages[].content[].text *string");
    await shows("#createChatCompletion li", "queue_full: ");
    await shows("#createChatCompletion tr", "choices[].message.content");
  });

  test("it sends a request, and shows the answer", async () => {
    browser ??= await Browser.open(chromium, `${stand.url}/docs`);
    await shows("#createCompletion button", "Send");
    const body = JSON.stringify(JSON.stringify({ prompt: "words 3", stream: true }));
    await browser.evaluate(`document.querySelector("#createCompletion textarea").value = ${body}`);
    await browser.evaluate(`document.querySelector("#createCompletion button").click()`);
    await shows("#createCompletion pre", "200 OK");
    await shows("#createCompletion pre", "word2");
    await shows("#createCompletion pre", "data: [DONE]");
  });
});
