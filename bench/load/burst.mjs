// Requests that all come at one instant, far more than there is room for: some are answered, some refused, and it may be
// that some get no answer at all.
import http from "node:http";
import { textsIn } from "./stream.mjs";

/** A connection for each, opened before: handshakes are not what is measured. */
function connectionsFor(port, count) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: count });
  const open = () =>
    new Promise((resolve, reject) => {
      const request = http.get({ port, path: "/health", agent }, (response) =>
        response.resume().on("end", resolve),
      );
      request.on("error", reject);
    });
  return Promise.all(Array.from({ length: count }, open)).then(() => agent);
}

/** @returns status (null without an answer), milliseconds to its head, its first text and its end, and Retry-After */
function ask(port, agent, body) {
  const started = performance.now();
  const answer = { status: null, retryAfter: null, headMs: null, textMs: null, endMs: null };
  const since = () => performance.now() - started;
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const request = http.request(
      { port, agent, method: "POST", path: "/v1/completions", headers },
      (response) => {
        Object.assign(answer, { status: response.statusCode, headMs: since() });
        answer.retryAfter = response.headers["retry-after"] ?? null;
        response.on("data", (bytes) => {
          if (textsIn(bytes) > 0) answer.textMs ??= since();
        });
        response.on("end", () => resolve({ ...answer, endMs: since() }));
        response.on("error", () => resolve({ ...answer, status: null }));
      },
    );
    request.on("error", () => resolve(answer));
    request.end(body);
  });
}

/** Resolves with all answers. `requestOf` makes the body of each. */
export async function burst(port, count, requestOf) {
  const agent = await connectionsFor(port, count);
  const bodies = Array.from({ length: count }, () =>
    JSON.stringify({ ...requestOf(), stream: true, ignore_eos: true }),
  );
  const answers = await Promise.all(bodies.map((body) => ask(port, agent, body)));
  agent.destroy();
  return answers;
}
