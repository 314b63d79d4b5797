import { parseArgs, type ParseArgsConfig } from "node:util";
import { KEY_OPTIONS } from "./access/key-command.js";
import { DOCTOR_OPTIONS } from "./doctor/doctor-command.js";
import { METRICS_OPTIONS } from "./metrics-command.js";
import { VERSION } from "./package-info.js";
import { joinValues, settingEntries, UsageError, variableOf } from "./settings.js";

/** `given` is what the command line holds, by flag. */
export type Command =
  | { kind: "serve" | "metrics" | "key" | "doctor"; given: Map<string, string> }
  | { kind: "help" }
  | { kind: "version" };

type Options = NonNullable<ParseArgsConfig["options"]>;

const serveFlags = settingEntries.map(([, { flag }]) => flag);

/** The flags of each command; those of `switches` take no value. */
const FLAGS = {
  serve: serveFlags,
  metrics: Object.values(METRICS_OPTIONS).map(({ flag }) => flag),
  key: Object.values(KEY_OPTIONS).map(({ flag }) => flag),
  doctor: [...serveFlags, ...Object.values(DOCTOR_OPTIONS).map(({ flag }) => flag)],
} satisfies Record<string, string[]>;
const switches: readonly string[] = ["help", "version", "watch", "json"];
const common = ["help", "version"];
const repeated = settingEntries.flatMap(([, setting]) =>
  setting.type === "text" && setting.repeats ? [setting.flag] : [],
);

/** @throws UsageError naming the argument. */
export function parseCommand(args: string[]): Command {
  const name = args[0]?.startsWith("-") === false ? args[0] : "serve";
  if (name === "help") return { kind: "help" };
  if (!isCommand(name)) {
    // "npm start --port 9000" keeps the flag for npm and leaves its value.
    throw new UsageError(
      `Unknown command '${name}': expected 'serve', 'metrics', 'key' or 'doctor'. With npm start, flags follow '--'.`,
    );
  }
  const given = readFlags(args, [...FLAGS[name], ...common]);
  if (given.has("help")) return { kind: "help" };
  return given.has("version") ? { kind: "version" } : { kind: name, given };
}

function isCommand(name: string): name is keyof typeof FLAGS {
  return Object.hasOwn(FLAGS, name);
}

function readFlags(args: string[], flags: readonly string[]): Map<string, string> {
  const options = flags.map((flag) => [flag, optionOf(flag)]);
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(options) as Options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "option") readOption(token, flags, given);
    else if (token.kind === "positional" && token.index > 0)
      throw new UsageError(`Unexpected argument '${token.value}'.`);
  }
  return given;
}

function optionOf(flag: string): Options[string] {
  const type = switches.includes(flag) ? "boolean" : "string";
  return common.includes(flag) ? { type, short: flag[0]! } : { type };
}

interface OptionToken {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

function readOption(
  { name, rawName, value, inlineValue }: OptionToken,
  flags: readonly string[],
  given: Map<string, string>,
): void {
  if (!flags.includes(name)) throw new UsageError(`Unknown option '${rawName}'.${suggestion(name, flags)}`);
  if (switches.includes(name)) {
    if (value !== undefined) throw new UsageError(`Option '${rawName}' takes no value.`);
    given.set(name, "");
  } else if (value === undefined || (!inlineValue && value.startsWith("--"))) {
    throw new UsageError(`Option '${rawName}' needs a value.`);
  } else {
    given.set(name, repeated.includes(name) ? joinValues(given.get(name), value) : value);
  }
}

function suggestion(name: string, flags: readonly string[]): string {
  const nearest = flags.map((flag) => ({ flag, distance: editDistance(name, flag) }));
  const best = nearest.reduce((a, b) => (b.distance < a.distance ? b : a));
  return best.distance <= Math.max(2, name.length / 3) ? ` Did you mean '--${best.flag}'?` : "";
}

/** Levenshtein's: insertions, deletions and replacements that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

const INDENT = 34;

function settingLines(setting: (typeof settingEntries)[number][1]): string {
  const value = setting.type === "text" && setting.choices ? setting.choices.join("|") : setting.value;
  const range = setting.type === "text" ? "" : `; ${setting.range[0]} to ${setting.range[1]}`;
  const details = `[${variableOf(setting)}; default ${setting.defaultHelp ?? setting.default}${range}]`;
  return `${column(`--${setting.flag} ${value}`)}${setting.help}\n${column("")}${details}`;
}

/** A head that is too long has the line to itself. */
function column(head: string): string {
  const line = `  ${head}`;
  return line.length < INDENT ? line.padEnd(INDENT) : `${line}\n${" ".repeat(INDENT)}`;
}

function optionLines(options: Record<string, { flag: string; value: string; help: string }>): string[] {
  return Object.values(options).map(({ flag, value, help }) => `${column(`--${flag} ${value}`)}${help}`);
}

export function helpText(): string {
  return [
    `tacho ${VERSION}: a GPU inference server for GGUF models with a built-in tachometer.`,
    "",
    "Usage: tacho [serve] [options]    serve a model",
    "       tacho metrics [options]    print the metrics of a running server, or of one that died",
    "       tacho key [options]        make an API key",
    "       tacho doctor [options]     say what works on this machine and what does not",
    "",
    "Options of serve; the command line comes before the variable named beside each:",
    "",
    ...settingEntries.map(([, setting]) => settingLines(setting)),
    "",
    "Options of metrics:",
    "",
    ...optionLines(METRICS_OPTIONS),
    "",
    "Options of key:",
    "",
    ...optionLines(KEY_OPTIONS),
    "",
    "Options of doctor, besides those of serve, for which it checks:",
    "",
    ...optionLines(DOCTOR_OPTIONS),
    "",
    `${column("-h, --help")}print this help`,
    `${column("-v, --version")}print the version`,
    "",
  ].join("\n");
}
