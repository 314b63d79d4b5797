import { isIP } from "node:net";
import { isLoopback } from "./loopback.js";

/**
 * Whether a Host header names this machine as itself. A page of any site may have its own name point to 127.0.0.1, and
 * is then of one origin with what listens there: to the browser, but not by the name that it sends (DNS rebinding).
 * @param own What the server was told to listen on.
 */
export function namesThisMachine(header: string, own: string): boolean {
  const name = header
    .toLowerCase()
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || name === own.toLowerCase() || (isIP(name) !== 0 && isLoopback(name));
}
