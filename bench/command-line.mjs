// The options of the benches that compare tacho with its peers.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MODEL_TYPES, SHAPES } from "./models/model-file.mjs";
import { GPUS } from "./peers/llama-cpp.mjs";

/** A bad option: one line, and the exit code 2. */
export class UsageError extends Error {}

const cores = availableParallelism();

/** How a text becomes a value; null where it is none. */
const TYPES = {
  text: { expected: "a value", parse: (text) => text || null },
  switch: { expected: "no value", parse: (given) => given },
  positive: { expected: "a number above 0", parse: (text) => (Number(text) > 0 ? Number(text) : null) },
  share: { expected: "a number from 0 to 1", parse: (text) => (inRange(text, 0, 1) ? Number(text) : null) },
  temperature: {
    expected: "a number from 0 to 2",
    parse: (text) => (inRange(text, 0, 2) ? Number(text) : null),
  },
  count: { expected: "an integer above 0", parse: countOf },
  counts: {
    expected: "integers above 0 with commas between",
    parse: (text) => listOf(text.split(","), countOf),
  },
};

function inRange(text, least, most) {
  return text.trim() !== "" && Number(text) >= least && Number(text) <= most;
}

function countOf(text) {
  return /^[1-9]\d*$/.test(text) ? Number(text) : null;
}

function listOf(texts, parse) {
  const values = texts.map(parse);
  return values.includes(null) ? null : values;
}

/** One of these texts. */
export function oneOf(choices) {
  return {
    expected: `one of ${choices.join(", ")}`,
    parse: (text) => (choices.includes(text) ? text : null),
  };
}

/** Several of these texts with commas between. */
export function someOf(choices) {
  const { parse } = oneOf(choices);
  return {
    expected: `some of ${choices.join(", ")}, with commas,`,
    parse: (text) => listOf(text.split(","), parse),
  };
}

/** What both benches take. A core is left to the client and to the servers' own threads. */
export const COMMON_OPTIONS = {
  shape: { type: oneOf(SHAPES), default: "small" },
  type: { type: oneOf(MODEL_TYPES), default: "q8_0" },
  /** A GGUF file in place of a shape. */
  model: { type: "text" },
  /** Compute threads of every party. */
  threads: { type: "count", default: String(Math.max(1, cores - 1)) },
  rounds: { type: "count", default: "5" },
  "prompt-tokens": { type: "count", default: "32" },
  tokens: { type: "count", default: "128" },
  temperature: { type: "temperature", default: "0.8" },
  /** Cores of every party, as taskset writes them. Without it all. */
  cpus: { type: "text" },
  /** Where all parties compute, with all layers. */
  gpu: { type: oneOf(GPUS), default: "off" },
  /** tacho without any other: nothing else is built, and there are no ratios. */
  alone: { type: "switch", default: false },
  /** Folder of llama.cpp's programs. */
  peers: { type: "text" },
  /** Folder that the JSON and the charts go to: one that git ignores, so that only chosen runs are committed. */
  results: { type: "text", default: fileURLToPath(new URL("../build/bench", import.meta.url)) },
  /** Most of the machine's CPU time that others may have taken. */
  quiet: { type: "share", default: "0.03" },
  /** Reports even though others took more, and says so. */
  force: { type: "switch", default: false },
};

function valueOf(name, { type }, text) {
  const { expected, parse } = TYPES[type] ?? type;
  const value = parse(text);
  if (value === null) throw new UsageError(`Expected ${expected} for --${name} but received '${text}'.`);
  return value;
}

/** Values by name. */
export function readOptions(args, options) {
  const config = Object.entries(options).map(([name, { type, default: preset }]) => [
    name,
    { type: type === "switch" ? "boolean" : "string", ...(preset === undefined ? {} : { default: preset }) },
  ]);
  let values;
  try {
    ({ values } = parseArgs({ args, options: Object.fromEntries(config) }));
  } catch (error) {
    throw new UsageError(error.message.split("\n")[0], { cause: error });
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, valueOf(name, options[name], text)]),
  );
}

/** What each request asks for, besides its length: llama.cpp's defaults, said aloud, so that they are everyone's. */
export function samplingOf({ temperature }) {
  return { temperature, top_k: 40, top_p: 0.95, min_p: 0.05 };
}

/** KV cells of one sequence: llama.cpp takes them by 256. */
export function cellsFor(tokens) {
  return Math.ceil((tokens + 1) / 256) * 256;
}
