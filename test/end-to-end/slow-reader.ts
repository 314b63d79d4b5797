import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const PAUSE_MS = 400;

/** A completion whose client does not read for a while, so that what is sent to it has to wait. */
export async function readSlowly(port: number, key: string, request: object): Promise<void> {
  const body = JSON.stringify(request);
  const socket = connect(port, "127.0.0.1").pause();
  await once(socket, "connect");
  const head = [
    "POST /v1/completions HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    `Authorization: Bearer ${key}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  await pause(PAUSE_MS);
  socket.resume();
  await once(socket, "close");
}
