import type { FastifyReply, FastifyRequest } from "fastify";
import { OVER, whenOver } from "./connection.js";
import { ApiError } from "./errors.js";
import { now } from "./meters.js";

/**
 * Aborted when nobody waits for the answer any more: with `deadline_exceeded` at the request's own limit of time, which
 * runs from its arrival, while its model is loaded too; with no ApiError when the answer is out or the connection is gone.
 * @param seconds Null for no limit.
 * @param arrivedAt On the clock of `now`.
 */
export function endSignal(
  request: FastifyRequest,
  reply: FastifyReply,
  seconds: number | null,
  arrivedAt: number,
): AbortSignal {
  const end = new AbortController();
  const left = seconds === null ? Infinity : arrivedAt + seconds - now();
  const timer = seconds === null ? undefined : setTimeout(miss, left * 1000);
  if (left <= 0) miss();
  whenOver(request, reply, () => {
    clearTimeout(timer);
    end.abort(OVER);
  });
  return end.signal;

  function miss(): void {
    end.abort(new ApiError("deadline_exceeded", { seconds: seconds! }, "timeout_ms"));
  }
}
