import { parseArgs } from "node:util";
import {
  ARCHITECTURES,
  MODEL_TYPES,
  OptionError,
  SHAPES,
  writeRandomAdapter,
  writeRandomModel,
} from "./random-model.mjs";

const choices = (table) => Object.keys(table).join("|");
const USAGE = `usage: node models/random/main.mjs [options] OUT.gguf
  --architecture ${choices(ARCHITECTURES)} (llama)
  --shape ${choices(SHAPES)} (tiny)
  --type ${choices(MODEL_TYPES)} (q8_0)
  --seed N (0)
  --lora-rank N  write a LoRA adapter for that model instead`;

const OPTIONS = {
  architecture: { type: "string" },
  shape: { type: "string" },
  type: { type: "string" },
  seed: { type: "string" },
  "lora-rank": { type: "string" },
  help: { type: "boolean" },
};

try {
  await run(parseArgs({ options: OPTIONS, allowPositionals: true }));
} catch (error) {
  const isUsage = error instanceof OptionError || error.code?.startsWith("ERR_PARSE_ARGS");
  console.error(isUsage ? `${error.message}\n${USAGE}` : error.message);
  process.exitCode = isUsage ? 2 : 1;
}

async function run({ values: { help, "lora-rank": rank, ...options }, positionals: [file, ...more] }) {
  if (help) return console.log(USAGE);
  if (file === undefined || more.length > 0) {
    throw new OptionError("OUT.gguf", "one path", [file, ...more].join(" ") || "none");
  }
  const seed = number("seed", options.seed);
  if (rank === undefined) await writeRandomModel(file, { ...options, seed });
  else await writeRandomAdapter(file, { ...options, seed, rank: number("lora-rank", rank) });
}

function number(flag, text) {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new OptionError(flag, "a whole number", text);
  return Number(text);
}
