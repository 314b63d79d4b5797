import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { clearTimeout, setTimeout } from "node:timers";
import { setTimeout as delay } from "node:timers/promises";
import { ReplayProblem } from "./replay-problem.mjs";
import { inherited, stagesOf } from "./stages.mjs";

/** CI runs this beside its tests. */
const START_LIMIT_MS = 120_000;
const END_LIMIT_MS = 60_000;

const API_KEY = "for-the-check-of-the-image";

function lastOf(instructions, name) {
  return instructions.findLast((instruction) => instruction.name === name);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

const onThisMachine = (word, tree) => (word.startsWith("/") ? join(tree.root, word) : word);

/** Program and arguments of an exec form, of the stage's files. */
function commandOf([program, ...args], tree) {
  if (!program) throw new ReplayProblem("neither ENTRYPOINT nor CMD names a program");
  const file = program.startsWith("/") ? tree.has(program) && tree.place(program) : tree.findProgram(program);
  if (!file) throw new ReplayProblem(`${program} is not in the image`);
  return [file, ...args.map((word) => onThisMachine(word, tree))];
}

function requireFolders(environment, tree) {
  const missing = Object.entries(environment).find(([, value]) => value.startsWith("/") && !tree.has(value));
  if (missing) throw new ReplayProblem(`${missing.join("=")} names a path that is not in the image`);
}

/** What ENV says and docs/container.md has a user give, on this machine alone and without a GPU. */
function environmentOf(tree, port) {
  const ofImage = Object.entries(tree.environment).map(([name, value]) => [name, onThisMachine(value, tree)]);
  return {
    ...Object.fromEntries(ofImage),
    ...{
      PATH: process.env.PATH,
      HOME: tree.place("."),
      CUDA_VISIBLE_DEVICES: "",
      TACHO_API_KEY: API_KEY,
    },
    ...{ TACHO_HOST: "127.0.0.1", TACHO_PORT: String(port) },
  };
}

function healthOf(command, options) {
  return spawnSync(command[0], command.slice(1), { ...options, timeout: START_LIMIT_MS }).status;
}

/** Exit code or signal; null while it runs. */
const endingOf = ({ exitCode, signalCode }) => exitCode ?? signalCode;

async function untilReady(url, server) {
  const limit = performance.now() + START_LIMIT_MS;
  while (performance.now() < limit && endingOf(server) === null) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await delay(50);
  }
  const ending = endingOf(server);
  const how = ending === null ? "did not become ready" : `ended with ${ending}`;
  throw new ReplayProblem(`expected ${new URL(url).pathname} to answer 200, but the server ${how}`);
}

/** Exit code, or the signal that it took where SIGTERM did not do. */
async function endOf(server) {
  if (endingOf(server) !== null) return endingOf(server);
  const late = setTimeout(() => server.kill("SIGKILL"), END_LIMIT_MS);
  server.kill("SIGTERM");
  await once(server, "exit");
  clearTimeout(late);
  return endingOf(server);
}

/** Who ends the check ends its server with it. @returns what undoes that */
function endTogether(server) {
  const onSignal = async (signal) => {
    await endOf(server);
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, onSignal);
  return () => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, onSignal);
  };
}

/** The image's own libraries must be those that its server takes, with a GPU or without one. */
async function requireBuiltLibraries(url, tree) {
  if (!tree.has("build/cuda/build.json")) return;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${API_KEY}` } });
  const { data } = await answer.json();
  const { libraries } = data[0];
  if (!libraries.startsWith("built here"))
    throw new ReplayProblem(`expected the libraries of build/cuda, but the server took ${libraries} ones`);
}

function start(command, options) {
  const server = spawn(command[0], command.slice(1), { ...options, stdio: ["ignore", "ignore", "pipe"] });
  server.said = "";
  server.stderr.on("data", (text) => (server.said += text));
  return server;
}

async function checkServer({ entrypoint, health }, tree) {
  const port = await freePort();
  const options = { cwd: tree.place("."), env: environmentOf(tree, port) };
  if (healthOf(health, options) === 0) throw new ReplayProblem("HEALTHCHECK passes without a server");
  const server = start(entrypoint, options);
  const forget = endTogether(server);
  try {
    await untilReady(`http://127.0.0.1:${port}/readyz`, server);
    await requireBuiltLibraries(`http://127.0.0.1:${port}/v1/models`, tree);
    if (healthOf(health, options) !== 0)
      throw new ReplayProblem("HEALTHCHECK fails while the server is ready");
    const end = await endOf(server);
    if (end !== 0)
      throw new ReplayProblem(`expected exit code 0 after SIGTERM, but the server ended with ${end}`);
  } catch (error) {
    if (endingOf(server) === null) server.kill("SIGKILL");
    const lines = server.said.trim().split("\n");
    // Node ends what it says of an error with its version.
    const said = lines.find((line) => /Error\b.*:/.test(line)) ?? lines.at(-1);
    if (error instanceof ReplayProblem && said) error.message += `: ${said}`;
    throw error;
  } finally {
    forget();
  }
}

/**
 * Starts the last stage's command with its files, asks its HEALTHCHECK before and after, and ends it.
 * @returns {Promise<{ line: number, text: string }[]>}
 */
export async function startProblems(instructions, tree) {
  const stage = stagesOf(instructions).at(-1);
  const [entrypoint, command, health] = ["ENTRYPOINT", "CMD", "HEALTHCHECK"].map((name) =>
    lastOf(inherited(stage), name),
  );
  try {
    requireFolders(tree.environment, tree);
    const words = [...(entrypoint?.words ?? []), ...(command?.words ?? [])];
    const healthWords = JSON.parse(health.text.replace(/^CMD\s*/, ""));
    await checkServer({ entrypoint: commandOf(words, tree), health: commandOf(healthWords, tree) }, tree);
    return [];
  } catch (error) {
    if (!(error instanceof ReplayProblem)) throw error;
    return [{ line: (entrypoint ?? command ?? stage).line, text: error.message }];
  }
}
