import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What a header and a line of a log take as it is. */
const CLIENTS_OWN = /^[\x21-\x7e]{1,128}$/;

/** The client's own X-Request-Id where that is 1 to 128 visible ASCII characters, or else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, "headers">): string {
  const own = headers["x-request-id"];
  return typeof own === "string" && CLIENTS_OWN.test(own) ? own : randomUUID();
}
