import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { benchModule } from "./bench-module.js";

interface Round {
  figures: Record<string, number>;
  threads: object;
}
interface Ratios {
  [rival: string]: { own: string; perRound: { median: number } };
}
const { summarised } = (await benchModule("serve/parties.mjs")) as {
  summarised: (
    servers: object,
    results: Record<string, Round[]>,
  ) => { rateRatios: Ratios; gapRatios: Ratios };
};
const { SERVERS } = (await benchModule("peers/servers.mjs")) as { SERVERS: Record<string, unknown> };
const { recovery } = (await benchModule("serve/recovery.mjs")) as {
  recovery: { measure: (options: object) => Promise<Record<string, unknown>> };
};
const { closed } = (await benchModule("serve/closed.mjs")) as {
  closed: { table: (figures: object[]) => [string[], string[][]] };
};

describe("what is compared with tacho", () => {
  const round = (rate: number, gap: number) => [{ figures: { rate, "gap ms p99": gap }, threads: {} }];
  const summary = (results: Record<string, Round[]>) => {
    const servers = Object.fromEntries(Object.keys(results).map((name) => [name, { flags: "" }]));
    return summarised(servers, results);
  };
  const two = { tacho: round(400, 4), "llama-server": round(200, 8) };
  const four = {
    ...two,
    "tacho-host-sampling": round(300, 6),
    "llama-server-backend-sampling": round(320, 5),
  };

  test("is compared with the one of ours that samples where it does", () => {
    const { rateRatios, gapRatios } = summary(four);
    expect(rateRatios["llama-server"]).toMatchObject({
      own: "tacho-host-sampling",
      perRound: { median: 1.5 },
    });
    expect(gapRatios["llama-server"]).toMatchObject({
      own: "tacho-host-sampling",
      perRound: { median: 0.75 },
    });
    const onGpu = { own: "tacho", perRound: { median: 1.25 } };
    expect(rateRatios["llama-server-backend-sampling"]).toMatchObject(onGpu);
    expect(gapRatios["llama-server-backend-sampling"]).toMatchObject({ perRound: { median: 0.8 } });
    expect(rateRatios["tacho-host-sampling"]).toMatchObject({ own: "tacho" });
  });

  test("is compared with tacho itself where the other one does not take part", () => {
    expect(summary(two).rateRatios).toMatchObject({
      "llama-server": { own: "tacho", perRound: { median: 2 } },
    });
  });

  test("is shown by tacho, or by the other one of ours by its name", () => {
    const [head, rows] = closed.table([{ streams: 8, ...summary(four) }]);
    const cells = rows.map((row) => row[head.indexOf("tacho by it")]);
    expect(cells).toEqual([
      "–",
      "1.5 (1.5–1.5) of tacho-host-sampling",
      "1.33 (1.33–1.33)",
      "1.25 (1.25–1.25)",
    ]);
  });
});

/** Lets the streams go on until its engine host is killed; then it refuses once, and is ready again. */
async function fallibleServer(host: ChildProcess) {
  const open = new Set<ServerResponse>();
  let statuses: number[] = [];
  const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
  const server = createServer((request, response) => {
    request.resume();
    response.write(event({ choices: [{ text: "a" }] }));
    if (host.signalCode === null) return open.add(response);
    return response.end(`${event({ usage: { completion_tokens: 8 } })}data: [DONE]\n\n`);
  }).listen(0, "127.0.0.1");
  host.once("exit", () => {
    statuses = [503, 200];
    for (const response of open) response.destroy();
  });
  await Promise.all([once(server, "listening"), once(host, "spawn")]);
  return {
    flags: "serve",
    port: (server.address() as AddressInfo).port,
    titles: () => new Map([[host.pid, "tacho engine-host"]]),
    status: () => Promise.resolve(statuses.length > 1 ? statuses.shift() : (statuses[0] ?? 200)),
    end: () => ({ how: null, words: "" }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      host.kill("SIGKILL");
    },
  };
}

describe("recovery", () => {
  const { tacho } = SERVERS;
  beforeEach(() => void vi.spyOn(process.stderr, "write").mockReturnValue(true));
  afterEach(() => {
    SERVERS["tacho"] = tacho;
    vi.restoreAllMocks();
  });

  test("has a server of its own for each round, of which one runs at a time", async () => {
    const told: string[] = [];
    SERVERS["tacho"] = async () => {
      const host = spawn(process.execPath, ["-e", "process.stdin.resume()"], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      const server = await fallibleServer(host);
      told.push("start");
      return { ...server, stop: () => server.stop().then(() => told.push("stop")) };
    };
    const figures = await recovery.measure({ rounds: 3, promptTokens: 4, sampling: {} });
    expect(told).toEqual(["start", "stop", "start", "stop", "start", "stop"]);
    expect(figures).toMatchObject({ streams: 8, flags: "serve" });
    for (const name of ["streams ended ms", "not ready ms", "ready ms", "first text ms"])
      expect(figures[name], name).toMatchObject({ median: expect.any(Number) as number });
  });
});
