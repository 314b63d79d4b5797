import { KEYS, type DialectServer } from "./dialect-server.js";
import { EventReader } from "./event-reader.js";

/** Cells of the server, all of which one request may use. */
export const MAX_CONTEXT = 2048;
/** Tokens that take long enough for something to happen meanwhile. */
export const LONG = 1900;
export const SLOTS = 2;

/** Of the command line: two slots, one request that may wait, and room for one model. */
export const FLAGS = [
  ...["--parallel", String(SLOTS), "--max-queue", "1"],
  ...["--ctx-size", String(MAX_CONTEXT), "--max-context", String(MAX_CONTEXT), "--models-memory", "21"],
];

export const COMPLETIONS = "/v1/completions";
/** The same tokens, and as many as are asked for. */
export const FIXED = { temperature: 0, ignore_eos: true };

/** Token ids one after the other: a prompt that shares its beginning with no other. */
export function promptFrom(first: number, tokens: number): number[] {
  return Array.from({ length: tokens }, (_, i) => first + i);
}

/** A whole answer, read to its end. */
export async function complete(
  server: DialectServer,
  fields: object,
  key: string = KEYS.prod,
): Promise<Response> {
  const response = await server.ask(COMPLETIONS, key, { ...FIXED, ...fields });
  await response.arrayBuffer();
  return response;
}

/** A stream that has begun. */
export async function openStream(
  server: DialectServer,
  fields: object,
  signal?: AbortSignal,
): Promise<EventReader> {
  const body = { ...FIXED, stream: true, ...fields };
  const reader = new EventReader(await server.ask(COMPLETIONS, KEYS.prod, body, signal ? { signal } : {}));
  await reader.until(2);
  return reader;
}
