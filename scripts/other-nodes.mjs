/**
 * Proves the built product on the oldest Node that package.json allows and on the newer long-term lines: the same
 * build, started by each, answers a request. The binaries come from npm's node-linux-* packages into build/nodes.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { npmEntry } from "./npm-location.mjs";
import { setup } from "./setup.mjs";

const VERSIONS = ["20.17.0", "22", "24"];
const START_LIMIT_MS = 60_000;

/** Path of the binary of one version, installed once. */
function nodeBinary(version) {
  const folder = resolve("build/nodes", version);
  const name = `node-${process.platform}-${process.arch}`;
  const binary = `${folder}/node_modules/${name}/bin/node`;
  if (existsSync(binary)) return binary;
  const options = ["--prefix", folder, "--no-save", "--ignore-scripts", "--silent"];
  const { status } = spawnSync(process.execPath, [npmEntry(), "install", ...options, `${name}@${version}`], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`Expected npm to install ${name}@${version}, but it failed.`);
  return binary;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function untilReady(url, server) {
  const limit = performance.now() + START_LIMIT_MS;
  while (performance.now() < limit && server.exitCode === null) {
    const response = await fetch(`${url}/readyz`).catch(() => null);
    if (response?.ok) return;
    await delay(100);
  }
  throw new Error(
    `Expected the server to become ready, but it ${server.exitCode === null ? "did not" : "ended"}.`,
  );
}

async function expectAnswer(url) {
  const response = await fetch(`${url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt: "Once upon a time", max_tokens: 8, temperature: 0 }),
  });
  const answer = await response.text();
  if (!response.ok)
    throw new Error(`Expected status 200 of a completion, but received ${response.status}: ${answer}`);
  const tokens = JSON.parse(answer).usage.completion_tokens;
  if (tokens !== 8) throw new Error(`Expected 8 tokens, but received ${tokens}: ${answer}`);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  if (!/^tacho_generation_tokens_total\{.*\} 8$/m.test(metrics))
    throw new Error(`Expected tacho_generation_tokens_total to be 8, but received:\n${metrics}`);
}

async function prove(version) {
  const binary = nodeBinary(version);
  const { stdout } = spawnSync(binary, ["dist/main.js", "--version"], { encoding: "utf8" });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(binary, ["dist/main.js", "--port", String(port)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(server, "exit");
  try {
    await untilReady(url, server);
    await expectAnswer(url);
  } finally {
    server.kill("SIGTERM");
  }
  const [code] = await exited;
  if (code !== 0) throw new Error(`Expected exit code 0 after SIGTERM, but received ${code}.`);
  const { stdout: running } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  console.log(`${running.trim()}: ${stdout.trim()} answered`);
}

await setup();
process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
let failed = false;
for (const version of VERSIONS) {
  await prove(version).catch((error) => {
    failed = true;
    console.error(`Node ${version}: ${error.message}`);
  });
}
process.exit(failed ? 1 : 0);
