// Requests that are wrong in every way that we know, made from the server's own schemas, against a real server. Ends
// with 1 when an answer is not what every answer must be, or when the server is not at rest afterwards.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readOptions } from "./command-line.mjs";
import { machine, rounded, save } from "./figures.mjs";
import { exchange, KeptConnection } from "./fuzz/connections.mjs";
import { fuzzCase } from "./fuzz/fuzz-case.mjs";
import { recordedRoutes } from "./fuzz/recorded-routes.mjs";
import { restProblems, Watch } from "./fuzz/rest.mjs";
import { problemOf } from "./fuzz/verdict.mjs";
import { collecting } from "./serve/collecting.mjs";
import { freePort, startServer } from "./processes/server-process.mjs";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
/** Where requests that were answered wrongly are kept, to be sent again. */
const KEPT = fileURLToPath(new URL("../build/fuzz/", import.meta.url));

/** Whatever a request asks for, its answer comes soon, or it is told that it does not. */
const FLAGS = [
  "--parallel",
  "16",
  "--max-context",
  "512",
  "--queue-timeout",
  "15",
  "--priority-seconds",
  "0.05",
];

const TOLD_EVERY = 10_000;

const OPTIONS = {
  requests: { type: "count", default: "20000" },
  seed: { type: "count", default: "1" },
  /** Requests at once, a connection each. */
  "in-flight": { type: "count", default: "24" },
  /** One request of the run alone, by its number (from 1). */
  only: { type: "count" },
  /** Wrong answers after which the run ends. */
  findings: { type: "count", default: "20" },
  json: { type: "text" },
};

/** All answers to a case; throws where there is not even one that can be read. */
async function answersTo({ bytes, method, framed }, connection) {
  return framed ? [await connection.send(bytes, method)] : exchange(connection.port, bytes);
}

/** @returns {Promise<string | null>} what is wrong with the answers to the case */
async function problemWith(fuzzed, connection, statuses) {
  let answers;
  try {
    answers = await answersTo(fuzzed, connection);
  } catch (error) {
    return error.message;
  }
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  const problems = answers.map((answer) => {
    const problem = problemOf(fuzzed.route, answer, fuzzed.method);
    return problem && `${problem}: ${answer.status} ${answer.body.slice(0, 600)}`;
  });
  return problems.find((problem) => problem !== null) ?? null;
}

function tell({ seed }, { index, route, words, bytes }, problem) {
  mkdirSync(KEPT, { recursive: true });
  const file = path.join(KEPT, `${seed}-${index}.http`);
  writeFileSync(file, bytes);
  const shown = JSON.stringify(bytes.toString("latin1").slice(0, 1500));
  const lines = [
    `${route} [${words.join("; ")}]: ${problem}`,
    `  once more: npm run bench -- fuzz --seed ${seed} --only ${index}`,
    `  or send ${path.relative(process.cwd(), file)}: ${shown}`,
  ];
  console.log(lines.join("\n"));
  return { index, route, words, problem };
}

class Run {
  findings = [];
  statuses = {};
  answered = 0;

  constructor(routes, watch, options) {
    this.routes = routes;
    this.watch = watch;
    this.options = options;
  }

  /** Cases `from` to `to`, as many at once as asked for. */
  async cases(from, to) {
    const connections = Array.from(
      { length: this.options["in-flight"] },
      () => new KeptConnection(this.watch.port),
    );
    let next = from;
    const work = async (connection) => {
      while (next <= to && !this.#isOver) await this.#one(next++, connection);
    };
    await Promise.all(connections.map(work));
    for (const connection of connections) connection.close();
  }

  /** Without its server every answer would be a finding. */
  get #isOver() {
    const { findings, options, watch } = this;
    return findings.length >= options.findings || (findings.length > 0 && watch.died().length > 0);
  }

  async #one(index, connection) {
    const fuzzed = fuzzCase(this.routes, this.options.seed, index);
    const problem = await problemWith(fuzzed, connection, this.statuses);
    if (problem !== null) this.findings.push(tell(this.options, fuzzed, problem));
    if (++this.answered % TOLD_EVERY === 0) process.stderr.write(`${this.answered} answered …\n`);
  }
}

/** The first part warms the server up: caches that fill and code that is compiled are no leak. */
async function runAll(run, { requests, only }) {
  await run.watch.settle();
  if (only !== undefined) return run.cases(only, only);
  const warm = Math.ceil(requests / 10);
  await run.cases(1, warm);
  await run.watch.settle();
  await run.cases(warm + 1, requests);
}

function figuresOf(run, seconds) {
  const { statuses, answered, findings, watch } = run;
  const rate = rounded(answered / seconds);
  return { seconds: rounded(seconds), rate, answered, statuses, memory: watch.growth(), findings };
}

export async function fuzz(args) {
  const options = readOptions(args, OPTIONS);
  const routes = await recordedRoutes();
  const port = await freePort();
  const shown = ["serve", ...FLAGS];
  const server = await startServer({
    ...{ name: "tacho", program: process.execPath, args: [MAIN, ...shown, "--port", String(port)] },
    ...{ shown, port, readyPath: "/readyz", environment: collecting() },
  });
  try {
    const run = new Run(routes, new Watch(server), options);
    const started = performance.now();
    await run.watch.during(runAll(run, options), () => run.answered);
    const figures = figuresOf(run, (performance.now() - started) / 1000);
    const unrest = await restProblems(run.watch);
    console.log(
      JSON.stringify({ seed: options.seed, ...figures, findings: figures.findings.length, unrest }, null, 1),
    );
    for (const problem of unrest) console.log(`afterwards: ${problem}`);
    if (options.json) save(options.json, { machine: machine(), seed: options.seed, ...figures, unrest });
    if (run.findings.length > 0 || unrest.length > 0) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}
