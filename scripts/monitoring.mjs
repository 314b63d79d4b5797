import { parseArgs } from "node:util";
import { dockerWorks, endContainer, startContainer } from "./monitoring-container.mjs";
import { endProcess, findPrometheus, startProcess } from "./monitoring-process.mjs";
import { forgetRun, isPortFree, readRun, rememberRun, untilReady, WrongRun } from "./monitoring-run.mjs";

const USAGE = `Usage: npm run monitoring:up [-- --target HOST:PORT] [--port PORT] [--with docker|prometheus]
       npm run monitoring:down`;

/** The two ways to run Prometheus, in the order in which they are tried. */
const WAYS = {
  docker: { isThere: dockerWorks, start: startContainer, end: endContainer },
  prometheus: { isThere: () => findPrometheus() !== null, start: startProcess, end: endProcess },
};

const COMMANDS = { up, down };

function readOptions(args) {
  const options = {
    target: { type: "string", default: "127.0.0.1:8080" },
    port: { type: "string", default: "9090" },
    with: { type: "string" },
  };
  const { values } = parseArgs({ args, options });
  const { target, port } = values;
  if (!/^[\w.[\]:-]+:\d{1,5}$/.test(target)) refuse("host:port", "--target", target);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) refuse("a port", "--port", port);
  if (values.with !== undefined && !Object.hasOwn(WAYS, values.with))
    refuse(Object.keys(WAYS).join(" or "), "--with", values.with);
  return { target, port: Number(port), way: values.with };
}

function refuse(expected, option, received) {
  throw new WrongRun(`Expected ${expected} for ${option} but received '${received}'.`);
}

function chooseWay(wanted) {
  const way = Object.keys(WAYS).find((name) => (wanted ?? name) === name && WAYS[name].isThere());
  if (way !== undefined) return way;
  const what = wanted === "docker" ? "a running Docker with compose" : "Docker or the program prometheus";
  throw new WrongRun(
    `Expected ${what} on this machine but found none. Debian's package: bash scripts/install-debian-packages.sh`,
  );
}

async function up(args) {
  const { target, port, way: wanted } = readOptions(args);
  const running = readRun();
  if (running) return confirmRun(running, target, port);
  const way = chooseWay(wanted);
  if (!(await isPortFree(port)))
    throw new WrongRun(
      `Expected port ${port} to be free for Prometheus, but something listens on it. Another: npm run monitoring:up -- --port ${port + 1}`,
    );
  const run = { way, target, port, ...WAYS[way].start(target, port) };
  rememberRun(run);
  try {
    await untilReady(run);
  } catch (error) {
    await WAYS[way].end(run);
    forgetRun();
    throw error;
  }
  console.log(`Prometheus runs (${way}) and scrapes ${target}:`);
  console.log(`  http://127.0.0.1:${port}/targets`);
  console.log(`  http://127.0.0.1:${port}/alerts`);
  console.log("npm run monitoring:down ends it.");
}

/** A second `up` changes nothing. */
function confirmRun(running, target, port) {
  if (running.target !== target || running.port !== port)
    throw new WrongRun(
      `Expected no other Prometheus of ours, but one scrapes ${running.target} on port ${running.port}. First: npm run monitoring:down`,
    );
  console.log(`Prometheus runs already: http://127.0.0.1:${port}`);
}

async function down() {
  const running = readRun();
  if (running) await WAYS[running.way].end(running);
  forgetRun();
  console.log(running ? "Prometheus has ended; what it recorded is kept." : "No Prometheus of ours runs.");
}

async function main([command = "", ...args]) {
  if (!Object.hasOwn(COMMANDS, command)) throw new WrongRun(USAGE);
  await COMMANDS[command](args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof WrongRun || error.code?.startsWith("ERR_PARSE_ARGS");
  console.error(isOurs ? error.message : error);
  process.exitCode = 1;
}
