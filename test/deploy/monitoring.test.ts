import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { debianPackage } from "../debian-package.js";
import { statusField, until } from "../end-to-end/tacho-server.js";
import { freePort } from "../server/free-port.js";
import { readRules } from "./rule-files.js";

const script = fileURLToPath(new URL("../../scripts/monitoring.mjs", import.meta.url));

let folder: string;
let port: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tacho-monitoring-"));
  mkdirSync(join(folder, "programs"));
  port = await freePort();
});
afterEach(async () => {
  if (existsSync(record())) await monitoring(["down"]);
  rmSync(folder, { recursive: true });
});

interface Ending {
  code: number;
  output: string;
}

/** Programs are looked for in `programs` first, then in `path`. */
function monitoring(args: string[], path = process.env.PATH): Promise<Ending> {
  const PATH = [join(folder, "programs"), path].join(delimiter);
  const env = { ...process.env, PATH, XDG_STATE_HOME: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

const up = (...args: string[]) => monitoring(["up", "--with", "prometheus", "--port", String(port), ...args]);

function program(name: string, text: string): void {
  const path = join(folder, "programs", name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

const record = () => join(folder, "tacho/monitoring/run.json");
const pid = () => (JSON.parse(readFileSync(record(), "utf8")) as { pid: number }).pid;

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
  return ((await response.json()) as { data: T }).data;
}

describe("with Debian's Prometheus", () => {
  debianPackage("prometheus", ["prometheus"]);

  test("up brings one that has our rules and scrapes the target for every dialect; down ends it", async () => {
    const { code, output } = await up("--target", "127.0.0.1:1");
    expect(output).toContain(`http://127.0.0.1:${port}/targets`);
    expect(code).toBe(0);

    const { groups } = await ask<{ groups: { rules: unknown[] }[] }>("rules");
    expect(groups.flatMap(({ rules }) => rules)).toHaveLength(readRules().length);
    type Targets = { activeTargets: { scrapePool: string; scrapeUrl: string }[] };
    const targets = async () => (await ask<Targets>("targets")).activeTargets;
    await until("targets", async () => (await targets()).length === 11);
    const orchestrator = (await targets()).find(({ scrapePool }) => scrapePool === "orchestrator");
    expect(orchestrator!.scrapeUrl).toBe("http://127.0.0.1:1/metrics?dialect=orchestrator");

    const running = pid();
    expect(statusField(running, "Name")).toBe("prometheus");
    expect((await monitoring(["down"])).output).toContain("Prometheus has ended");
    expect([null, "Z (zombie)"]).toContain(statusField(running, "State"));
    expect((await monitoring(["down"])).output).toContain("No Prometheus of ours runs.");
  });

  test("a second up leaves the first alone, and another port is refused", async () => {
    await up();
    const running = pid();
    expect(await up()).toMatchObject({ code: 0, output: expect.stringContaining("runs already") as string });
    const other = await up("--port", String(port + 1));
    expect(other.code).toBe(1);
    expect(other.output).toContain(`but one scrapes 127.0.0.1:8080 on port ${port}.`);
    expect(pid()).toBe(running);
  });

  test("the record of one that has ended, whose id is another process's by now, is not believed", async () => {
    mkdirSync(dirname(record()), { recursive: true });
    writeFileSync(
      record(),
      JSON.stringify({ way: "prometheus", target: "a:1", port, pid: process.pid, start: "1" }),
    );
    expect((await up()).code).toBe(0);
    expect(pid()).not.toBe(process.pid);
  });

  test("a port that is taken is named", async () => {
    const listener = createServer().listen(port, "127.0.0.1");
    const { code, output } = await up();
    listener.close();
    expect(output).toContain(`Expected port ${port} to be free for Prometheus`);
    expect(code).toBe(1);
    expect(existsSync(record())).toBe(false);
  });
});

test("one that does not start is shown with what it said", async () => {
  program("prometheus", "#!/bin/sh\necho no space left >&2\nexit 1\n");
  const { code, output } = await up();
  expect(output).toContain("Expected Prometheus to start, but it ended. It said:\nno space left");
  expect(code).toBe(1);
  expect(existsSync(record())).toBe(false);
});

test("without Docker and Prometheus it says how to get one", async () => {
  const { code, output } = await monitoring(["up"], "");
  expect(output).toContain("Debian's package: bash scripts/install-debian-packages.sh");
  expect(code).toBe(1);
});

test("with Docker it is the container of our compose file, in the network of this machine", async () => {
  const log = join(folder, "docker.log");
  program("docker", `#!/bin/sh\necho "$*" >>${log}\n`);
  const coming = monitoring(["up", "--port", String(port), "--target", "127.0.0.1:9"]);
  const commands = () => (existsSync(log) ? readFileSync(log, "utf8").split("\n") : []);
  await until("the container's start", () => commands().some((line) => line.includes(" up ")));
  const listener = createServer((_, response) => response.end()).listen(port, "127.0.0.1");
  expect((await coming).output).toContain("Prometheus runs (docker)");
  await monitoring(["down"]);
  listener.close();

  const files = /--file \S+\/deploy\/compose\.yml --file (\S+)/;
  const [start, end] = commands().filter((line) => files.test(line));
  expect(start).toMatch(/ up --detach --wait --no-deps prometheus$/);
  expect(end).toMatch(/ down$/);
  const override = readFileSync(files.exec(start!)![1]!, "utf8");
  expect(override).toContain(`--web.listen-address=127.0.0.1:${port}`);
  expect(override).toContain('targets: ["127.0.0.1:9"]');
});

test.each([
  [["sideways"], "Usage: npm run monitoring:up"],
  [["up", "--port", "0"], "Expected a port for --port but received '0'."],
  [["up", "--target", "localhost"], "Expected host:port for --target but received 'localhost'."],
  [["up", "--with", "hope"], "Expected docker or prometheus for --with but received 'hope'."],
])("%j is refused", async (args, message) => {
  expect(await monitoring(args)).toMatchObject({
    code: 1,
    output: expect.stringContaining(message) as string,
  });
});
