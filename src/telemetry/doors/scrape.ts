import type { IncomingHttpHeaders } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { CatalogSpec } from "../catalog.js";
import { TelemetryError } from "../errors.js";
import { acceptsGzip, CONTENT_TYPES, negotiateFormat } from "./negotiation.js";
import { sharedRun } from "./shared-run.js";
import type { Format, Telemetry } from "../telemetry.js";
import type { ShownViews, ViewArrays } from "../reading/views.js";

/** What the doors need of a telemetry. */
export type Renderer = Pick<Telemetry<CatalogSpec>, "render">;

export interface ScrapeRequest extends ShownViews {
  accept?: string | undefined;
  acceptEncoding?: string | undefined;
}

export interface ScrapeAnswer {
  /** 200; 503 once the telemetry is closed, 500 when its segment is damaged. */
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Where gzip pays. Measured with its inflating by the client: 33 KB (416 series) take 280 µs, nearly three times their
 * rendering, which only a link below 0.9 Gbit/s wins back; 62 KB take 340 µs, won back below 1.4 Gbit/s. So what is
 * polled twenty times a second goes out as it is, and a scrape of many models in a tenth of its bytes.
 */
export const GZIP_FROM_BYTES = 64 * 1024;

const compress = promisify(gzip);

async function renderAnswer(
  telemetry: Renderer,
  format: Format,
  mayGzip: boolean,
  shown: ShownViews,
): Promise<ScrapeAnswer> {
  const body = await telemetry.render({ format, ...shown });
  const headers = { "content-type": CONTENT_TYPES[format], vary: "accept, accept-encoding" };
  if (!mayGzip || body.length < GZIP_FROM_BYTES) return { status: 200, headers, body };
  const compressed = await compress(body, { level: 1 });
  return { status: 200, headers: { ...headers, "content-encoding": "gzip" }, body: compressed };
}

function answerFailure(error: unknown): ScrapeAnswer {
  const isClosed = error instanceof TelemetryError && error.code === "closed";
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: isClosed ? 503 : 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: Buffer.from(`${message}\n`),
  };
}

/** The answer to one HTTP scrape; never rejects. Rendering and compressing are done on libuv's pool. */
export async function answerScrape(
  telemetry: Renderer,
  { accept, acceptEncoding, ...shown }: ScrapeRequest,
): Promise<ScrapeAnswer> {
  try {
    return await renderAnswer(telemetry, negotiateFormat(accept), acceptsGzip(acceptEncoding), shown);
  } catch (error) {
    return answerFailure(error);
  }
}

type Runs = Map<string, () => Promise<ScrapeAnswer>>;

/** Stands for no views among the arrays of views. */
const NO_VIEWS: ViewArrays = [];

/**
 * Answers the scrapes of one door: alike ones that come at once share a rendering, so that they cannot pile up. What a
 * scrape shows may differ from one to the next; its views must be an array that is kept.
 */
export function openDoor(
  telemetry: Renderer,
  usual: ShownViews = {},
): (headers: IncomingHttpHeaders, shown?: ShownViews) => Promise<ScrapeAnswer> {
  const runsByViews = new WeakMap<ViewArrays, Runs>();
  const runsOf = (views = NO_VIEWS): Runs => {
    const runs = runsByViews.get(views) ?? new Map<string, () => Promise<ScrapeAnswer>>();
    runsByViews.set(views, runs);
    return runs;
  };
  return ({ accept, "accept-encoding": acceptEncoding }, shown = usual) => {
    const { views, withMetrics = false } = shown;
    const request = { accept, acceptEncoding, views, withMetrics };
    const key = `${negotiateFormat(accept)} ${acceptsGzip(acceptEncoding)} ${withMetrics}`;
    const runs = runsOf(views);
    const run = runs.get(key) ?? sharedRun(() => answerScrape(telemetry, request));
    runs.set(key, run);
    return run();
  };
}
