import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineCatalog, openTelemetry, type RenderOptions } from "../../../src/telemetry/index.js";
import { CONTENT_TYPES } from "../../../src/telemetry/doors/negotiation.js";
import { answerScrape, GZIP_FROM_BYTES, openDoor } from "../../../src/telemetry/doors/scrape.js";
import { parseExposition } from "../exposition-parser.js";

const CATALOG = defineCatalog({
  requests: {
    type: "counter",
    name: "requests_total",
    help: "Requests.",
    labels: { model: "open" },
    maxSeries: 2001,
  },
});

const open = () => openTelemetry(CATALOG);
let telemetry: ReturnType<typeof open>;
beforeEach(() => {
  telemetry = open();
});
afterEach(() => telemetry.close());

/** Enough series for gzip to pay. */
function fill(): void {
  for (let i = 0; i < 2000; i++)
    telemetry.metrics.requests.labels({ model: `a-model-with-a-name-${i}` }).inc(i);
}

describe("an answer to a scrape", () => {
  it("says its format and what it depends on", async () => {
    telemetry.metrics.requests.labels({ model: "a" }).inc(3);
    const { status, headers, body } = await answerScrape(telemetry, {});
    expect(status).toBe(200);
    expect(headers).toEqual({ "content-type": CONTENT_TYPES.text, vary: "accept, accept-encoding" });
    expect(parseExposition(body.toString()).get("requests_total")!.samples[0]!.value).toBe(3);
  });

  it("is compressed for who accepts it, when it is large", async () => {
    fill();
    const plain = await answerScrape(telemetry, {});
    const { headers, body } = await answerScrape(telemetry, { acceptEncoding: "gzip" });
    expect(plain.body.length).toBeGreaterThan(GZIP_FROM_BYTES);
    expect(headers["content-encoding"]).toBe("gzip");
    expect(body.length).toBeLessThan(plain.body.length / 4);
    expect(gunzipSync(body)).toEqual(plain.body);
    const { headers: refused } = await answerScrape(telemetry, { acceptEncoding: "gzip;q=0" });
    expect(refused).not.toHaveProperty("content-encoding");
  });

  it("is not compressed when it is small", async () => {
    const { headers } = await answerScrape(telemetry, { acceptEncoding: "gzip" });
    expect(headers).not.toHaveProperty("content-encoding");
  });

  it("changes nothing of what the next one shows", async () => {
    telemetry.metrics.requests.labels({ model: "a" }).inc();
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push((await answerScrape(telemetry, {})).body.toString());
    expect(new Set(answers).size).toBe(1);
  });

  it("hands the views on, the same array each time", async () => {
    const views = [{ name: "n", type: "counter", help: "", from: { metric: "requests_total" } }] as const;
    const seen: (RenderOptions | undefined)[] = [];
    const renderer = {
      render: (options?: RenderOptions) => {
        seen.push(options);
        return Promise.resolve(Buffer.from(""));
      },
    };
    await answerScrape(renderer, { views });
    await answerScrape(renderer, { accept: CONTENT_TYPES.protobuf });
    expect(seen).toEqual([{ format: "text", views }, { format: "protobuf" }]);
    expect(seen[0]!.views).toBe(views);
  });

  it("is 503 once the telemetry is closed, and says so", async () => {
    telemetry.close();
    const { status, headers, body } = await answerScrape(telemetry, { acceptEncoding: "gzip" });
    expect(status).toBe(503);
    expect(headers).toEqual({ "content-type": "text/plain; charset=utf-8" });
    expect(body.toString()).toBe("Expected an open telemetry segment but it is closed.\n");
  });

  it("is 500 for any other failure", async () => {
    const render = () => Promise.reject(new Error("damaged"));
    expect(await answerScrape({ render }, {})).toMatchObject({ status: 500, body: Buffer.from("damaged\n") });
  });
});

describe("a door", () => {
  it("renders once for those who ask for the same at the same time, and apart for others", async () => {
    const asked: string[] = [];
    const door = openDoor({
      render: ({ format = "text" } = {}) => {
        asked.push(format);
        return telemetry.render();
      },
    });
    const texts = Array.from({ length: 20 }, () => door({ accept: "text/plain" }));
    const others = Array.from({ length: 20 }, () => door({ accept: "application/openmetrics-text" }));
    const statuses = (await Promise.all([...texts, ...others])).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(asked.sort()).toEqual(["openmetrics", "openmetrics", "text", "text"]);
  });

  it("shows to each what that asks for, and renders apart what differs", async () => {
    const viewsOf = (name: string) =>
      [{ name, type: "gauge", help: "V.", from: { metric: "requests_total" } }] as const;
    const [usual, other] = [viewsOf("usual"), viewsOf("other")];
    telemetry.metrics.requests.labels({ model: "a" }).inc();
    const door = openDoor(telemetry, { views: usual });
    const shown = [undefined, { views: other }, { views: other, withMetrics: true }, {}];
    const bodies = (await Promise.all(shown.map((each) => door({}, each)))).map(({ body }) => {
      return [...parseExposition(body.toString()).keys()];
    });
    expect(bodies).toEqual([["usual"], ["other"], ["requests_total", "other"], ["requests_total"]]);
  });

  it("never shows less than was recorded before it was asked", async () => {
    const door = openDoor(telemetry);
    const counter = telemetry.metrics.requests.labels({ model: "a" });
    const answers = [];
    for (let i = 1; i <= 100; i++) {
      counter.inc();
      answers.push(door({}));
      if (i % 10 === 0) await new Promise(setImmediate);
    }
    const bodies = (await Promise.all(answers)).map(({ body }) => parseExposition(body.toString()));
    bodies.forEach((families, i) => {
      expect(families.get("requests_total")!.samples[0]!.value).toBeGreaterThanOrEqual(i + 1);
    });
  });
});
