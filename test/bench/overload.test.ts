import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Answer {
  status: number | null;
  retryAfter: string | null;
  headMs: number | null;
  textMs: number | null;
  endMs: number | null;
}

const { burst } = (await benchModule("load/burst.mjs")) as {
  burst: (port: number, count: number, requestOf: () => object) => Promise<Answer[]>;
};
const { overloadFigures } = (await benchModule("serve/overload.mjs")) as {
  overloadFigures: (answers: Answer[]) => Record<string, number | null>;
};

test("a burst tells who was served, who was refused, and who got no answer", async () => {
  let posts = 0;
  const server = createServer((request, response) => {
    if (request.method === "GET") return response.end();
    const turn = posts++ % 3;
    if (turn === 0) return request.socket.destroy();
    if (turn === 1) return response.writeHead(429, { "retry-after": "2" }).end("{}");
    return response.writeHead(200).end('data: {"choices":[{"text":"a"}]}\n\n');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const answers = await burst((server.address() as AddressInfo).port, 9, () => ({ prompt: [1] }));
  server.close();

  const counts = { served: 3, refused: 3, "refused without Retry-After": 0, "otherwise answered": 3 };
  expect(overloadFigures(answers)).toMatchObject(counts);
  for (const { status, textMs, headMs } of answers) {
    if (status === 200) expect(textMs).toBeGreaterThanOrEqual(headMs!);
    else expect(textMs).toBeNull();
  }
});

test("the figures of an overload have no times of what did not happen", () => {
  const served = { status: 200, retryAfter: null, headMs: 1, textMs: 2, endMs: 3 };
  const refused = { status: 503, retryAfter: null, headMs: 5, textMs: null, endMs: 5 };
  expect(overloadFigures([served])).toMatchObject({ "refusal ms p50": null, "TTFT ms p50": 2 });
  expect(overloadFigures([refused])).toMatchObject({ "refused without Retry-After": 1, "TTFT ms p50": null });
});
