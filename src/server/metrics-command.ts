import { setTimeout as sleep } from "node:timers/promises";
import { findSegments, openReader, segmentsOf, type SegmentReader } from "../telemetry/index.js";
import { metricsTable } from "./metrics-table.js";
import { UsageError } from "./settings.js";

const FORMATS = ["text", "openmetrics", "protobuf", "json", "table"] as const;
type OutputFormat = (typeof FORMATS)[number];

/** The options of `tacho metrics`. */
export const METRICS_OPTIONS = {
  pid: { flag: "pid", value: "PID", help: "of this process, be it dead; default: the one server that runs" },
  segment: { flag: "segment", value: "FILE", help: "of this telemetry segment, e.g. a --metrics-file" },
  format: {
    flag: "format",
    value: FORMATS.join("|"),
    help: "how to print them; default text, with --watch table",
  },
  watch: { flag: "watch", value: "", help: "print them anew each second, until Ctrl-C" },
} as const;

const WATCH_MS = 1000;
const CLEAR_SCREEN = "\x1b[H\x1b[2J\x1b[3J";

/** Prints a segment's metrics. @throws UsageError, TelemetryError */
export async function runMetrics(given: ReadonlyMap<string, string>, out: NodeJS.WriteStream): Promise<void> {
  const watch = given.has("watch");
  const format = formatOf(given.get("format") ?? (watch ? "table" : "text"));
  const reader = openReader(choosePath(given));
  try {
    do {
      const body = await print(reader, format);
      if (watch && out.isTTY) out.write(CLEAR_SCREEN);
      out.write(body);
      if (watch) await sleep(WATCH_MS);
    } while (watch && !out.destroyed);
  } finally {
    reader.close();
  }
}

function formatOf(name: string): OutputFormat {
  const format = FORMATS.find((known) => known === name);
  if (format !== undefined) return format;
  throw new UsageError(`Expected one of ${FORMATS.join(", ")} for --format, but received '${name}'.`);
}

async function print(reader: SegmentReader, format: OutputFormat): Promise<Buffer | string> {
  if (format === "json") return `${JSON.stringify(await reader.snapshot(), null, 2)}\n`;
  if (format === "table") return metricsTable(await reader.snapshot());
  return reader.render({ format });
}

function choosePath(given: ReadonlyMap<string, string>): string {
  const [segment, pid] = [given.get("segment"), given.get("pid")];
  if (segment !== undefined && pid !== undefined)
    throw new UsageError("Expected --segment or --pid, but received both.");
  if (segment !== undefined) return segment;
  return pid === undefined ? onlySegment() : segmentOf(pid);
}

function segmentOf(text: string): string {
  if (!/^[1-9]\d*$/.test(text))
    throw new UsageError(`Expected a process id for --pid, but received '${text}'.`);
  const paths = segmentsOf(Number(text));
  if (paths.length === 1) return paths[0]!;
  if (paths.length === 0)
    throw new UsageError(`Process ${text} has no telemetry segment that can be read here.`);
  throw new UsageError(
    `Process ${text} has several segments; choose one with --segment: ${paths.join(", ")}`,
  );
}

function onlySegment(): string {
  const found = findSegments();
  const running = found.filter(({ isAlive }) => isAlive);
  const candidates = running.length > 0 ? running : found;
  if (candidates.length === 1) return candidates[0]!.path;
  if (candidates.length === 0)
    throw new UsageError("No telemetry segment was found; is a server running? See --pid and --segment.");
  const pids = candidates.map(({ pid }) => pid).join(", ");
  throw new UsageError(`Several telemetry segments were found; choose one with --pid: ${pids}.`);
}
