import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as OTLP's JSON has it. */
export interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code: number; message?: string };
}

interface Sent {
  resourceSpans: {
    resource: { attributes: SentSpan["attributes"] };
    scopeSpans: { spans: SentSpan[] }[];
  }[];
}

/** An OpenTelemetry collector that keeps what it is sent. */
export class Collector {
  readonly spans: SentSpan[] = [];
  readonly resources: Record<string, unknown>[] = [];
  readonly paths = new Set<string>();
  readonly #server: Server;

  private constructor(status: number) {
    this.#server = createServer((request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => (text += part));
      request.on("end", () => {
        this.paths.add(request.url!);
        if (status === 200) this.#keep(JSON.parse(text) as Sent);
        response.writeHead(status, { "content-type": "application/json" }).end("{}");
      });
    });
  }

  static async start(status = 200): Promise<Collector> {
    const collector = new Collector(status);
    collector.#server.listen(0, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get tracesUrl(): string {
    return `${this.origin}/v1/traces`;
  }

  /** The span of a request, with its phases by their names. */
  trees(): { root: SentSpan; phases: Record<string, SentSpan> }[] {
    const roots = this.spans.filter(({ kind }) => kind === SERVER);
    return roots.map((root) => {
      const children = this.spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
      return { root, phases: Object.fromEntries(children.map((span) => [span.name, span])) };
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #keep({ resourceSpans }: Sent): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      this.resources.push(valuesOf(resource));
      this.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
    }
  }
}

/** OTLP's SPAN_KIND_SERVER. */
const SERVER = 2;

/** Attributes as an object; numbers as numbers. */
export function valuesOf({ attributes }: Pick<SentSpan, "attributes">): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: Record<string, unknown>): unknown {
  const [kind, content] = Object.entries(value)[0]!;
  if (kind !== "arrayValue") return kind === "intValue" ? Number(content) : content;
  return (content as { values: Record<string, unknown>[] }).values.map(plain);
}

/** Seconds; exact enough to compare. */
export function timesOf({ startTimeUnixNano, endTimeUnixNano }: SentSpan): [start: bigint, end: bigint] {
  return [BigInt(startTimeUnixNano), BigInt(endTimeUnixNano)];
}
