// Tokens a second of N concurrent streams over HTTP, beside llama-batched-bench (which has neither sampling nor
// HTTP) on the same file and threads, the two taking turns.
import { execFileSync } from "node:child_process";
import net from "node:net";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, median, rounded, save } from "./figures.mjs";
import { startTacho } from "./tacho-process.mjs";

const MODEL = fileURLToPath(new URL("../models/tacho-mini-q8_0.gguf", import.meta.url));
const PROMPT_TOKENS = 16;

const OPTIONS = {
  model: { type: "string", default: MODEL },
  streams: { type: "string", default: "1,16,32" },
  tokens: { type: "string", default: "128" },
  threads: { type: "string", default: String(Math.max(1, availableParallelism() - 1)) },
  rounds: { type: "string", default: "7" },
  temperature: { type: "string", default: "0" },
  /** Path of a llama-batched-bench built from the same llama.cpp; without it there is no comparison. */
  "batched-bench": { type: "string" },
  /** Where the figures go as JSON. */
  json: { type: "string" },
};

export async function serving(args) {
  const { values } = parseArgs({ args, options: OPTIONS });
  const streams = values.streams.split(",").map(Number);
  const flags = [
    "--model",
    values.model,
    "--threads",
    values.threads,
    "--parallel",
    String(Math.max(...streams)),
  ];
  const rows = [];
  for (const count of streams) {
    const server = await startTacho([...flags, "--parallel", String(count)]);
    try {
      rows.push(await compare(server, count, values));
    } finally {
      await server.stop();
    }
  }
  console.table(rows);
  if (values.json) {
    const { json, "batched-bench": rival, model, ...options } = values;
    const command = { ...options, model: path.basename(model), rival: rival ? path.basename(rival) : null };
    save(json, { machine: machine(), date: new Date().toISOString(), options: command, rows });
  }
}

/** One warm-up, then rounds in which the two take turns; medians. */
async function compare(server, count, values) {
  const tokens = Number(values.tokens);
  const round = () => runStreams(server.port, count, tokens, Number(values.temperature));
  await round();
  const before = server.cost();
  const ours = [];
  const theirs = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    ours.push(await round());
    if (values["batched-bench"]) theirs.push(batchedBench(values, count, tokens));
  }
  const after = server.cost();
  const made = count * tokens * ours.length;
  const row = {
    streams: count,
    "tacho tok/s": Math.round(median(ours)),
    "voluntary switches/token": rounded((after.switches - before.switches) / made),
    "server CPU ms/token": rounded(((after.cpuSeconds - before.cpuSeconds) * 1000) / made),
  };
  if (theirs.length === 0) return row;
  const ratios = ours.map((rate, i) => rate / theirs[i]);
  return {
    ...row,
    "batched-bench tok/s": Math.round(median(theirs)),
    "median ratio": rounded(median(ratios)),
  };
}

/** Tokens a second of `count` streams started at once, first byte sent to last byte read. */
async function runStreams(port, count, tokens, temperature) {
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, () => runStream(port, tokens, temperature)));
  return (count * tokens * 1000) / (performance.now() - started);
}

/** A client as cheap as can be, because it shares the machine with what it measures: it parses nothing. */
function runStream(port, tokens, temperature) {
  const prompt = Array.from({ length: PROMPT_TOKENS }, () => 100 + Math.floor(Math.random() * 3000));
  const body = JSON.stringify({ prompt, max_tokens: tokens, temperature, ignore_eos: true, stream: true });
  const head = ["POST /v1/completions HTTP/1.1", "Host: tacho", "Content-Type: application/json"];
  head.push("Connection: close", `Content-Length: ${body.length}`);
  return new Promise((resolve, reject) => {
    let end = "";
    const socket = net.connect(port, "127.0.0.1", () => socket.write(`${head.join("\r\n")}\r\n\r\n${body}`));
    socket.on("data", (bytes) => (end = (end + bytes.toString("latin1")).slice(-64)));
    socket.on("error", reject);
    socket.on("close", () =>
      end.includes("[DONE]") ? resolve() : reject(new Error(`a stream broke off: ${end}`)),
    );
  });
}

/** Tokens a second over prompt and generation, counted as ours are: generated tokens by the whole time. */
function batchedBench({ model, threads, ...values }, count, tokens) {
  const cells = String(count * Math.ceil((tokens + PROMPT_TOKENS) / 256) * 256); // each sequence has its own here
  const sizes = [
    "-c",
    cells,
    "-b",
    "512",
    "-ub",
    "512",
    "-npp",
    String(PROMPT_TOKENS),
    "-ntg",
    String(tokens),
  ];
  const args = ["-m", model, ...sizes, "-npl", String(count), "-t", threads, "-tb", threads];
  const { t_pp: promptSeconds, t_tg: generationSeconds } = figures(values["batched-bench"], args);
  return (count * tokens) / (promptSeconds + generationSeconds);
}

/** Its log thread sometimes loses the last lines at exit, the figures with them: then it runs again. */
function figures(program, args, tries = 5) {
  const output = execFileSync(program, [...args, "--output-format", "jsonl"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (line !== undefined) return JSON.parse(line);
  if (tries === 1) throw new Error(`llama-batched-bench printed no figures: ${output}`);
  return figures(program, args, tries - 1);
}
