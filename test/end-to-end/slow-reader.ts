import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const PAUSE_MS = 400;

/** A connection that has asked for a completion and reads nothing. */
async function ask(port: number, key: string, request: object): Promise<Socket> {
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
  return socket;
}

/** A completion whose client does not read for a while, so that what is sent to it has to wait. */
export async function readSlowly(port: number, key: string, request: object): Promise<void> {
  const socket = await ask(port, key, request);
  socket.on("error", () => undefined); // Cut, when it was too much.
  await pause(PAUSE_MS);
  socket.resume();
  await once(socket, "close");
}

/** A completion whose client never reads; returns what ends the connection, if the server did not. */
export async function readNothing(port: number, key: string, request: object): Promise<() => Promise<void>> {
  const socket = await ask(port, key, request);
  socket.on("error", () => undefined);
  return async () => {
    socket.destroy();
    if (!socket.closed) await once(socket, "close");
  };
}
