import { isUtf8 } from "node:buffer";
import type { FastifyInstance } from "fastify";
import { ApiError } from "./errors.js";

/** Room for any prompt a llama.cpp context can hold, and little enough to be parsed in tens of milliseconds. */
export const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** JSON.parse and everything behind it recurse; no request needs more than a handful of levels. */
export const DEPTH_LIMIT = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_CASE = 0x20;
const OPENING = 0x7b; // "{", and "[" once made lower case
const CLOSING = 0x7d;

/** Whether JSON text nests deeper than `limit`; one pass, no recursion, correct for valid JSON only. */
export function nestsDeeperThan(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]!;
    if (byte === QUOTE) i = endOfString(json, i);
    else if ((byte | LOWER_CASE) === OPENING) {
      if (++depth > limit) return true;
    } else if ((byte | LOWER_CASE) === CLOSING) depth--;
  }
  return false;
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
  return nestsDeeperThan(body, DEPTH_LIMIT) ? new ApiError("json_too_deep", { limit: DEPTH_LIMIT }) : null;
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
