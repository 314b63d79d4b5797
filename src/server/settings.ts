import { availableParallelism, homedir } from "node:os";
import { join } from "node:path";
import { CACHE_TYPES } from "../engine/messages.js";
import { GUARDRAIL_SETTINGS } from "./guardrails/guardrail-setting-table.js";
import { METRICS_SETTINGS } from "./metrics-settings.js";
import { packagePath } from "./package-info.js";

/** The command line or the environment asks for something that does not exist. */
export class UsageError extends Error {}

interface SettingBase {
  /** Without its dashes; the variable is TACHO_ and the name in capitals. */
  flag: string;
  /** What stands for the value in the help. */
  value: string;
  help: string;
}

export interface TextSetting extends SettingBase {
  type: "text";
  default: string;
  /** Shown in the help instead of the default. */
  defaultHelp?: string;
  choices?: readonly string[];
  /** No message shows the value. */
  secret?: true;
  /** May be given several times; a variable separates them by commas. `valuesOf` tells them apart. */
  repeats?: true;
}

export interface NumberSetting extends SettingBase {
  type: "integer" | "number";
  default: number;
  defaultHelp?: string;
  range: readonly [minimum: number, maximum: number];
}

const cores = availableParallelism();

/**
 * Compute threads spin while they wait for each other: one that lost its core to anything else, such as this
 * process, stops all. With a thread a core, a busy neighbour made steps 100 times slower.
 */
const computeThreads = Math.max(1, cores - 1);

/**
 * A replica's worker claims two shards of the telemetry segment, one for its runtime and one for its decode loop. A
 * segment has 128, of which the front, and other servers that share a --metrics-file, need some too.
 */
const MOST_REPLICAS = 32;

/** Shards for the engine hosts of all models, each of which has one of its own besides. */
export const HOST_SHARDS = 96;

/** Characters of a model's name, as the `model` of a request may have. */
export const LONGEST_NAME = 256;

/** No argument and no variable can hold it. */
export const SEPARATOR = "\0";

/** Below this no prompt with a chat template, or none with an answer, would fit. */
export const FEWEST_CONTEXT = 16;

const text = { type: "text", value: "TEXT" } as const;
const integer = { type: "integer", value: "N" } as const;
const seconds = { type: "number", value: "SECONDS" } as const;

/** Every setting, once: parsing, the environment, --help and the types below come from here. */
export const SETTINGS = {
  model: {
    ...text,
    flag: "model",
    value: "FILE|URI",
    default: packagePath("models/tacho-mini-q8_0.gguf"),
    defaultHelp: "the embedded tacho-mini",
    help: "GGUF file, or a URI such as hf:user/model:Q4_K_M, which is downloaded; several: repeat it, as NAME=FILE|URI if need be",
    repeats: true,
  },
  modelsDirectory: {
    ...text,
    flag: "models-dir",
    value: "FOLDER",
    default: join(homedir(), ".cache", "tacho", "models"),
    defaultHelp: "~/.cache/tacho/models",
    help: "where downloaded models are kept",
  },
  alias: {
    ...text,
    flag: "alias",
    value: "NAME",
    default: "",
    defaultHelp: "the file's name without .gguf",
    help: "name that clients use for the model; one for each --model",
    repeats: true,
  },
  preload: {
    ...text,
    flag: "preload",
    value: "WHICH",
    default: "first",
    choices: ["first", "all"],
    help: "models to load at the start; the others are loaded when a request names them",
  },
  modelsMemory: {
    ...integer,
    flag: "models-memory",
    value: "MIB",
    default: 0,
    range: [0, 2 ** 31 - 1],
    defaultHelp: "0: no limit",
    help: "memory that loaded models may take together, about; the least recently used make way",
  },
  lora: {
    ...text,
    flag: "lora",
    value: "NAME=FILE[:SCALE],…",
    default: "",
    defaultHelp: "none",
    help: "LoRA adapters of the first model; a request chooses one with its name as the model",
  },
  host: { ...text, flag: "host", value: "ADDRESS", default: "127.0.0.1", help: "address to listen on" },
  port: {
    ...integer,
    flag: "port",
    default: 8080,
    range: [0, 65535],
    help: "port to listen on; 0 takes a free one",
  },
  metricsPort: {
    ...integer,
    flag: "metrics-port",
    default: 0,
    range: [0, 65535],
    defaultHelp: "0: only on --port",
    help: "port that serves /metrics and health besides",
  },
  apiKeysFile: {
    ...text,
    flag: "api-keys-file",
    value: "FILE",
    default: "",
    defaultHelp: "none",
    help: "JSON with the API keys that requests must bring, and what each allows; see docs/access.md",
  },
  apiKey: {
    ...text,
    flag: "api-key",
    value: "KEY,…",
    default: "",
    defaultHelp: "none",
    secret: true,
    help: "API keys without limits; better in the variable, which other users of the machine cannot read",
  },
  allowNoKey: {
    ...text,
    flag: "allow-no-key",
    value: "WHEN",
    default: "off",
    choices: ["on", "off"],
    help: "on: listen without any API key on an address that other machines reach, and answer whatever the Host",
  },
  publicMetrics: {
    ...text,
    flag: "public-metrics",
    value: "WHEN",
    default: "off",
    choices: ["on", "off"],
    help: "on: /metrics needs no API key on --port either; on --metrics-port it never does",
  },
  tlsCert: {
    ...text,
    flag: "tls-cert",
    value: "FILE",
    default: "",
    defaultHelp: "none: HTTP",
    help: "PEM certificate, with its chain, for HTTPS on both ports",
  },
  tlsKey: {
    ...text,
    flag: "tls-key",
    value: "FILE",
    default: "",
    defaultHelp: "none",
    help: "PEM private key of --tls-cert, without a passphrase",
  },
  corsOrigins: {
    ...text,
    flag: "cors-origins",
    value: "ORIGIN,…",
    default: "",
    defaultHelp: "none",
    help: "origins, such as https://example.com, whose pages may use the server; * for all",
  },
  telemetry: {
    ...text,
    flag: "telemetry",
    value: "WHEN",
    default: "on",
    choices: ["on", "off"],
    help: "off: the engine leaves queue, TTFT, inter-token, token and step metrics out, to measure what they cost",
  },
  metricsFile: {
    ...text,
    flag: "metrics-file",
    value: "FILE",
    default: "",
    defaultHelp: "none: a new segment in shared memory for each run",
    help: "keep the counters in this file, from one run to the next",
  },
  accessLog: {
    ...text,
    flag: "access-log",
    value: "off|on|FILE",
    default: "off",
    help: "a line of JSON for each request; on: to standard output",
  },
  accessLogPrompts: {
    ...text,
    flag: "access-log-prompts",
    value: "WHEN",
    default: "off",
    choices: ["off", "on"],
    help: "on: the lines hold the bodies of generation requests, prompts among them",
  },
  traceEndpoint: {
    ...text,
    flag: "trace-endpoint",
    value: "URL",
    default: "",
    defaultHelp: "what OTEL_EXPORTER_OTLP_(TRACES_)ENDPOINT says, else no traces",
    help: "OpenTelemetry collector, e.g. http://localhost:4318/v1/traces",
  },
  parallel: {
    ...integer,
    flag: "parallel",
    default: 16,
    range: [1, 256],
    help: "requests that each replica decodes at once",
  },
  contextSize: {
    ...integer,
    flag: "ctx-size",
    default: 0,
    range: [0, 2 ** 31 - 1],
    defaultHelp: "0: the trained context for each slot, up to 4 GiB",
    help: "KV cells that a replica's requests share; one may use its model's trained context",
  },
  maxContext: {
    ...integer,
    flag: "max-context",
    default: 0,
    range: [0, 2 ** 31 - 1],
    defaultHelp: `0: what the model was trained for, else at least ${FEWEST_CONTEXT}`,
    help: "longest context of one request; with --ctx-size enough for --parallel of them, decoding many is faster",
  },
  threads: {
    ...integer,
    flag: "threads",
    default: computeThreads,
    range: [1, cores],
    defaultHelp: `${computeThreads}: a core is left for the rest`,
    help: "compute threads of all replicas together, at least one for each replica",
  },
  gpu: {
    ...text,
    flag: "gpu",
    value: "KIND",
    default: "auto",
    choices: ["auto", "cuda", "vulkan", "off"],
    help: "which kind of GPU to use",
  },
  gpuLayers: {
    ...integer,
    flag: "gpu-layers",
    default: -1,
    range: [-1, 65535],
    defaultHelp: "-1: all",
    help: "layers kept on the GPU",
  },
  flashAttention: {
    ...text,
    flag: "flash-attn",
    value: "WHEN",
    default: "auto",
    choices: ["auto", "on", "off"],
    help: "use of fused attention kernels",
  },
  cacheTypeK: {
    ...text,
    flag: "cache-type-k",
    value: "TYPE",
    default: "f16",
    choices: CACHE_TYPES,
    help: "type of the KV cache's keys",
  },
  cacheTypeV: {
    ...text,
    flag: "cache-type-v",
    value: "TYPE",
    default: "f16",
    choices: CACHE_TYPES,
    help: "type of the KV cache's values; a quantised one needs flash attention",
  },
  speculation: {
    ...text,
    flag: "speculation",
    value: "KIND",
    default: "off",
    choices: ["off", "ngram"],
    help: "ngram: guess next tokens from what the text repeats, and verify them in one step",
  },
  draftModel: {
    ...text,
    flag: "draft-model",
    value: "FILE",
    default: "",
    defaultHelp: "none",
    help: "GGUF file of a smaller model of the same vocabulary, which then does the guessing",
  },
  draftTokens: {
    ...integer,
    flag: "draft-tokens",
    default: 16,
    range: [1, 64],
    help: "most tokens guessed for one step",
  },
  backendSampling: {
    ...text,
    flag: "backend-sampling",
    value: "WHEN",
    default: "auto",
    choices: ["auto", "on", "off"],
    help: "sampling in the model's own graph; auto: on a GPU, for sampling parameters that repeat",
  },
  replicas: {
    ...integer,
    flag: "replicas",
    default: 1,
    range: [1, MOST_REPLICAS],
    help: "contexts with a decode loop each: a GPU each; on one device they share the weights",
  },
  maxQueue: {
    ...integer,
    flag: "max-queue",
    default: 256,
    range: [0, 1_000_000],
    help: "requests that may wait for a slot; more get 429",
  },
  maxQueueTokens: {
    ...integer,
    flag: "max-queue-tokens",
    default: 1_048_576,
    range: [1, 1_000_000_000],
    help: "tokens, prompts and answers, that waiting requests may take together, estimated; more get 429",
  },
  queueTimeout: {
    ...seconds,
    flag: "queue-timeout",
    default: 60,
    range: [0.001, 86_400],
    help: "longest wait for a slot, whatever the priority; 503 after it, or at once where it would take longer",
  },
  storedResponses: {
    ...integer,
    flag: "stored-responses",
    default: 1024,
    range: [0, 1_000_000],
    help: "answers of /v1/responses kept in memory for previous_response_id; 0 keeps none",
  },
  storedResponseSeconds: {
    ...seconds,
    flag: "stored-response-seconds",
    default: 86_400,
    range: [1, 2_592_000],
    help: "how long each is kept; the oldest go sooner when they are many or exceed 64 MiB",
  },
  prioritySeconds: {
    ...seconds,
    flag: "priority-seconds",
    default: 10,
    range: [0.001, 86_400],
    help: "waiting this long raises a request's priority by one",
  },
  prefillMultiple: {
    type: "number",
    value: "N",
    flag: "prefill-multiple",
    default: 2,
    range: [1, 1000],
    help: "about how many times as long steps with part of a long prompt may take: more for its TTFT, less for others' gaps",
  },
  drainSeconds: {
    ...seconds,
    flag: "drain-seconds",
    default: 30,
    range: [0, 86_400],
    help: "time that running requests get to finish on SIGTERM",
  },
  ...GUARDRAIL_SETTINGS,
  ...METRICS_SETTINGS,
} as const satisfies Record<string, TextSetting | NumberSetting>;

type SettingKey = keyof typeof SETTINGS;
type ValueOf<S> = S extends { type: "text" }
  ? S extends { choices: readonly (infer C)[] }
    ? C
    : string
  : number;

export type Settings = { [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> };

export const settingEntries = Object.entries(SETTINGS) as [SettingKey, TextSetting | NumberSetting][];

export function variableOf({ flag }: { flag: string }): string {
  return `TACHO_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** What a flag that may be repeated was given, as one text of `given`. */
export function joinValues(before: string | undefined, value: string): string {
  return before === undefined ? value : before + SEPARATOR + value;
}

/** The values of a setting that may be given several times. */
export function valuesOf(setting: string): string[] {
  return setting === "" ? [] : setting.split(SEPARATOR);
}
