import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { describe, expect, it, vi } from "vitest";
import { endSignal } from "../../src/server/deadline.js";
import { now } from "../../src/server/meters.js";

const aborted = (signal: AbortSignal) => vi.waitFor(() => expect(signal.aborted).toBe(true), { interval: 2 });

function exchange() {
  const request = { raw: { socket: new Socket() } } as unknown as FastifyRequest;
  const response = new EventEmitter();
  return { request, response, reply: { raw: response } as unknown as FastifyReply };
}

describe("a request's end", () => {
  it("comes when its own limit is over, which runs from its arrival", async () => {
    const { request, reply } = exchange();
    const end = endSignal(request, reply, 60, now() - 60);
    await aborted(end);
    expect(end.reason).toMatchObject({ code: "deadline_exceeded", param: "timeout_ms" });
    expect((end.reason as Error).message).toContain("60 s");
  });

  it("has come already where its own limit was over before", () => {
    const { request, reply } = exchange();
    expect(endSignal(request, reply, 60, now() - 61).aborted).toBe(true);
  });

  it("comes without an error when the answer is out", () => {
    for (const seconds of [null, 60]) {
      const { request, reply, response } = exchange();
      const end = endSignal(request, reply, seconds, now());
      expect(end.aborted).toBe(false);
      response.emit("close");
      expect(end.aborted).toBe(true);
      expect(end.reason).not.toHaveProperty("code", "deadline_exceeded");
    }
  });

  it("has come already for a client that has left", () => {
    const { request, reply } = exchange();
    request.raw.socket.destroy();
    expect(endSignal(request, reply, 60, now()).aborted).toBe(true);
  });
});
