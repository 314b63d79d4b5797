import { homedir } from "node:os";
import { join } from "node:path";
import { ACCESS_SETTINGS } from "./access/access-settings.js";
import { ENGINE_SETTINGS } from "./engine-settings.js";
import { GUARDRAIL_SETTINGS } from "./guardrails/guardrail-setting-table.js";
import { METRICS_SETTINGS } from "./metrics-settings.js";
import { packagePath } from "./package-info.js";
import { integer, seconds, text, type Setting, type SettingTable } from "./setting-kinds.js";

/** The command line or the environment asks for something that does not exist. */
export class UsageError extends Error {}

/** Characters of a model's name, as the `model` of a request may have. */
export const LONGEST_NAME = 256;

/** No argument and no variable can hold it. */
export const SEPARATOR = "\0";

/** Every setting, once: parsing, the environment, --help and the types below come from here. */
export const SETTINGS = {
  model: {
    ...text,
    flag: "model",
    value: "FILE|URI",
    default: packagePath("models/tacho-mini.gguf"),
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
  ...ACCESS_SETTINGS,
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
  ...ENGINE_SETTINGS,
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
} as const satisfies SettingTable;

type SettingKey = keyof typeof SETTINGS;
type ValueOf<S> = S extends { type: "text" }
  ? S extends { choices: readonly (infer C)[] }
    ? C
    : string
  : number;

export type Settings = { [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> };

export const settingEntries = Object.entries(SETTINGS) as [SettingKey, Setting][];

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
