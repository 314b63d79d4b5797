import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { benchModule } from "./bench-module.js";

const { outputOf } = (await benchModule("processes/program-output.mjs")) as {
  outputOf: (name: string, command: [string, string[]]) => Promise<string>;
};
const { freePort, startServer } = (await benchModule("processes/server-process.mjs")) as {
  freePort: () => Promise<number>;
  startServer: (options: object) => Promise<object>;
};
const { SERVERS } = (await benchModule("peers/servers.mjs")) as { SERVERS: Record<string, unknown> };
const { withServers } = (await benchModule("serve/parties.mjs")) as {
  withServers: (parties: object, options: object, use: () => Promise<unknown>) => Promise<unknown>;
};

/** What came to our own standard error, which is a slice's log. */
let logged = "";
beforeEach(() => {
  logged = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    logged += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const node = (source: string): [string, string[]] => [process.execPath, ["-e", source]];

describe("a program", () => {
  test("gives its output, and what it says on standard error goes to the log", async () => {
    const output = await outputOf("one", node("console.log('figures'); console.error('a warning')"));
    expect([output, logged]).toEqual(["figures\n", "a warning\n"]);
  });

  test("that fails tells by its last lines why", async () => {
    const lines = "for (let i = 0; i < 500; i++) console.error('line', i)";
    const failing = outputOf("one", node(`${lines}; console.error('no device'); process.exitCode = 3`));
    const message = await failing.catch((error: unknown) => (error as Error).message);
    expect(message).toMatch(/^one ended with 3: [^]*line 499\nno device$/);
    expect(message.length).toBeLessThan(1100);
    expect(logged).toMatch(/^line 0\n/);
  });
});

/** Says `words` and is ready. */
async function speaking(words: string): Promise<object> {
  const port = await freePort();
  const serve = `require("http").createServer((_, to) => to.end()).listen(${port}, "127.0.0.1")`;
  const [program, args] = node(`process.stderr.write("${words}", () => ${serve})`);
  return startServer({ name: "peer", program, args, shown: [], port, readyPath: "/" });
}

test("a comparison that fails tells what its servers said last", async () => {
  SERVERS["quiet"] = () => speaking("");
  SERVERS["failing"] = () => speaking("CUDA error: out of memory");
  const parties = { quiet: {}, failing: {} };
  const failing = withServers(parties, {}, () => Promise.reject(new Error("A stream broke off")));
  await expect(failing).rejects.toThrow(/^A stream broke off\nfailing said last: CUDA error: out of memory$/);
  expect(logged).toBe("CUDA error: out of memory");
});
