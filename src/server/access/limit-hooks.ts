import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** Charges each request of this scope to its key's limits, and tells on each answer what is left of them. */
export function useRateLimits(scope: FastifyInstance): void {
  scope.addHook("onRequest", (request, reply, done) => {
    request.tenant.limits?.admit();
    // For an event stream, which takes over what is there; any other answer is told again what is left in the end.
    tellLimits(request, reply);
    done();
  });
  scope.addHook("onSend", (request, reply, _, done) => {
    tellLimits(request, reply);
    done();
  });
}

function tellLimits({ tenant: { limits } }: FastifyRequest, reply: FastifyReply): void {
  if (limits) void reply.headers(limits.headers);
}
