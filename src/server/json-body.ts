import { isUtf8 } from "node:buffer";
import type { FastifyInstance } from "fastify";
import { ApiError } from "./errors.js";

/** Room for any prompt a llama.cpp context can hold, and little enough to be parsed in tens of milliseconds. */
export const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** JSON.parse and everything behind it recurse; no request needs more than a handful of levels. */
export const DEPTH_LIMIT = 64;

/**
 * Objects, arrays and members of objects together. JSON.parse takes up to 0.2 µs for each: 8 MiB of "{}," would
 * hold every other request up for half a second. 4096 messages of one part each need a quarter.
 */
export const NODE_LIMIT = 2 ** 17;

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const LOWER_CASE = 0x20;
const OPENING = 0x7b; // "{", and "[" once made lower case
const CLOSING = 0x7d;

interface JsonSize {
  depth: number;
  /** Objects, arrays and members of objects. */
  nodes: number;
  /** All values, or more by the empty objects and arrays. */
  values: number;
}

/** How deep JSON text nests, and how much it holds; one pass, no recursion, correct for valid JSON only. */
export function measureJson(json: Uint8Array): JsonSize {
  let [level, depth, openings, colons, commas] = [0, 0, 0, 0, 0];
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]!;
    if (byte === QUOTE) i = endOfString(json, i);
    else if (byte === COMMA) commas++;
    else if (byte === COLON) colons++;
    else if ((byte | LOWER_CASE) === OPENING) {
      openings++;
      if (++level > depth) depth = level;
    } else if ((byte | LOWER_CASE) === CLOSING) level--;
  }
  return { depth, nodes: openings + colons, values: openings + commas + 1 };
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function endOfString(json: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < json.length && json[i] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** Replaces Fastify's parser: limits come first, and every failure is the client's (4xx) with a reason. */
export function useJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body: Buffer, done) => {
    const refused = refusal(body);
    if (refused) {
      done(refused);
      return;
    }
    const json = body.toString("utf8");
    void parse(request, json, (error, value) => {
      if (error) done(new ApiError("invalid_json", { reason: whatIsWrong(json) }));
      else done(null, value);
    });
  });
}

function refusal(body: Buffer): ApiError | null {
  if (!isUtf8(body)) return new ApiError("invalid_utf8");
  const { depth, nodes } = measureJson(body);
  if (depth > DEPTH_LIMIT) return new ApiError("json_too_deep", { limit: DEPTH_LIMIT });
  return nodes > NODE_LIMIT ? new ApiError("json_too_large", { limit: NODE_LIMIT }) : null;
}

/** Fastify says no more than that it is wrong; parsing once more tells where. */
function whatIsWrong(json: string): string {
  try {
    JSON.parse(json);
    return "it holds a key that could change a prototype";
  } catch (error) {
    return (error as SyntaxError).message;
  }
}
