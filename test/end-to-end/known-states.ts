import { KEYS, type DialectServer } from "./dialect-server.js";
import { COMPLETIONS, FIXED, LONG, openStream, promptFrom, SLOTS } from "./known-requests.js";
import { until } from "./tacho-server.js";

/** The sum of one of tacho's own metrics. */
export async function own(server: DialectServer, sample: string): Promise<number> {
  const { text } = await server.metrics("tacho");
  const lines = text
    .split("\n")
    .filter((line) => line.startsWith(`${sample}{`) || line.startsWith(`${sample} `));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

export const isReady = async ({ tacho }: DialectServer) => (await tacho.readiness()) === 200;

const tokensFrom = (i: number) => promptFrom(100 + 20 * i, 4);
export const textFrom = (i: number) => `${i} times upon a time`;

/** All slots are taken. Its engine host goes on after what this returns, and what was begun is left. */
export async function stopEngine(
  server: DialectServer,
  promptOf: (slot: number) => number[] | string = tokensFrom,
): Promise<() => Promise<void>> {
  const leaving = new AbortController();
  const readers = await Promise.all(
    Array.from({ length: SLOTS }, (_, i) =>
      openStream(server, { prompt: promptOf(i), max_tokens: LONG / 2 }, leaving.signal),
    ),
  );
  const host = server.tacho.enginePid;
  process.kill(host, "SIGSTOP");
  return async () => {
    process.kill(host, "SIGCONT");
    leaving.abort();
    await Promise.all(readers.map(({ ended }) => ended.catch(() => undefined)));
  };
}

/** All that a request asks for waits. It leaves with what this returns. */
export async function waitInQueue(
  server: DialectServer,
  fields: { prompt: string; max_tokens: number; n: number },
): Promise<() => Promise<void>> {
  const leaving = new AbortController();
  const body = { ...FIXED, ...fields };
  const answer = server.ask(COMPLETIONS, KEYS.prod, body, { signal: leaving.signal });
  await until("it waits", async () => (await own(server, "tacho_requests_waiting")) === fields.n);
  return async () => {
    leaving.abort();
    await answer.catch(() => undefined);
  };
}

/** The host of another process id is there, and answers. */
export async function killEngine(
  server: DialectServer,
  untilRestarted: () => Promise<boolean>,
): Promise<void> {
  const killed = server.tacho.enginePid;
  process.kill(killed, "SIGKILL");
  await until("the engine host is gone", () => !server.tacho.enginePids.includes(killed));
  await until("another is there", untilRestarted);
}

export const hasHost = ({ tacho }: DialectServer) => Promise.resolve(tacho.enginePids.length > 0);
