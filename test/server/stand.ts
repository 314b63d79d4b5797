import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { catalog } from "../../src/metrics/catalog.js";
import { readAccess } from "../../src/server/access/access.js";
import type { Clock } from "../../src/server/access/token-bucket.js";
import { Front, type FrontOptions } from "../../src/server/front.js";
import type { ModelSource } from "../../src/server/model-file.js";
import type { ServerTelemetry } from "../../src/server/meters.js";
import { type Settings } from "../../src/server/settings.js";
import { readSettings } from "../../src/server/settings-reader.js";
import { newSegmentPath, openTelemetry } from "../../src/telemetry/index.js";

export const scriptedHost = fileURLToPath(new URL("scripted-host.mjs", import.meta.url));

/** The whole front on a free port, with a scripted engine host behind it. */
export class Stand {
  readonly telemetry: ServerTelemetry = openTelemetry(catalog, { path: newSegmentPath() });
  readonly front: Front;
  #url: string | undefined;

  /**
   * @param clock That of the keys' rate limits, in seconds.
   * @param others Models besides the one called `alias`.
   */
  constructor(
    given: Partial<Settings> = {},
    clock?: Clock,
    others: Partial<ModelSource>[] = [],
    parts: Partial<FrontOptions> = {},
  ) {
    const settings: Settings = {
      ...readSettings(new Map(), {}),
      port: 0,
      parallel: 2,
      drainSeconds: 5,
      ...given,
    };
    const none = { id: given.alias ?? "scripted", model: "none", download: false, bytes: 0 };
    this.front = new Front({
      settings,
      access: readAccess(settings, clock),
      models: [none, ...others.map((other) => ({ ...none, ...other }))],
      telemetry: this.telemetry,
      hostModule: scriptedHost,
      ...parts,
    });
  }

  static async start(
    settings: Partial<Settings> = {},
    clock?: Clock,
    others: Partial<ModelSource>[] = [],
    parts: Partial<FrontOptions> = {},
  ): Promise<Stand> {
    const stand = new Stand(settings, clock, others, parts);
    await stand.front.listen();
    await stand.front.load();
    return stand;
  }

  /** Kept for when the front listens no more. */
  get url(): string {
    return (this.#url ??= this.front.url);
  }

  async close(): Promise<void> {
    await this.front.drain();
    this.telemetry.close();
    this.telemetry.unlink();
    if (existsSync(this.telemetry.path!)) throw new Error("The segment was left behind.");
  }

  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
      ...init,
    });
  }

  chat(script: string, fields: object = {}, init: RequestInit = {}): Promise<Response> {
    const messages = [{ role: "user", content: script }];
    return this.post("/v1/chat/completions", { messages, ...fields }, init);
  }

  complete(prompt: unknown, fields: object = {}, init: RequestInit = {}): Promise<Response> {
    return this.post("/v1/completions", { prompt, ...fields }, init);
  }

  /** The sum of the series that have these labels, e.g. `tacho_requests_total{outcome="stop"}`; NaN without any. */
  async metric(series: string): Promise<number> {
    const [, name, wanted = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(series)!;
    const text = (await this.telemetry.render()).toString();
    const lines = text
      .split("\n")
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    const found = lines.filter((line) => wanted.split(",").every((label) => line.includes(label)));
    const values = found.map((line) => Number(line.split(" ").at(-1)));
    return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0);
  }

  /** tacho_requests_total by outcome, as far as it is not 0. */
  async outcomes(): Promise<Record<string, number>> {
    const text = (await this.telemetry.render()).toString();
    const counts: Record<string, number> = {};
    for (const [, name, count] of text.matchAll(/^tacho_requests_total\{.*outcome="(\w+)".*\} (\d+)$/gm)) {
      if (count !== "0") counts[name!] = (counts[name!] ?? 0) + Number(count);
    }
    return counts;
  }

  readiness(): Promise<number> {
    return fetch(`${this.url}/readyz`).then((response) => response.status);
  }
}

export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

export async function errorOf(response: Response): Promise<ErrorBody["error"]> {
  return ((await response.json()) as ErrorBody).error;
}

/** The data of the server-sent events that came, "[DONE]" among them. */
export async function eventsOf(response: Response): Promise<string[]> {
  const text = await response.text();
  const events = text.split("\n\n");
  if (events.pop() !== "") throw new Error(`The stream ends within an event: ${text.slice(-100)}`);
  return events.map((event) => event.replace(/^data: /, ""));
}

/** Reads until `text` came, and leaves the rest unread. */
export async function readUntil(response: Response, text: string): Promise<void> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let seen = "";
  while (!seen.includes(text)) {
    const { value, done } = (await reader.read()) as { value?: Uint8Array; done: boolean };
    if (done) throw new Error(`The stream ended before '${text}': ${seen}`);
    seen += decoder.decode(value, { stream: true });
  }
}
