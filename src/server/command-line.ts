import { parseArgs } from "node:util";
import { VERSION } from "./package-info.js";
import { SETTINGS, settingEntries, UsageError, variableOf } from "./settings.js";

export type Command = { kind: "serve"; given: Map<string, string> } | { kind: "help" } | { kind: "version" };

const switches = { help: { type: "boolean", short: "h" }, version: { type: "boolean", short: "v" } } as const;
const flags: string[] = [...Object.values(SETTINGS).map(({ flag }) => flag), ...Object.keys(switches)];

/** @throws UsageError naming the argument. */
export function parseCommand(args: string[]): Command {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: "string" as const }]));
  const { tokens } = parseArgs({
    args,
    options: { ...options, ...switches },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string>();
  let command = "serve";
  for (const token of tokens) {
    if (token.kind === "positional" && token.index === 0) command = token.value;
    else if (token.kind === "positional") throw new UsageError(`Unexpected argument '${token.value}'.`);
    else if (token.kind === "option") readOption(token, given);
  }
  if (given.has("help") || command === "help") return { kind: "help" };
  if (given.has("version")) return { kind: "version" };
  if (command !== "serve") {
    // "npm start --port 9000" keeps the flag for npm and leaves its value.
    throw new UsageError(
      `Unknown command '${command}': expected 'serve'. With npm start, flags follow '--'.`,
    );
  }
  return { kind: "serve", given };
}

interface OptionToken {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

function readOption({ name, rawName, value, inlineValue }: OptionToken, given: Map<string, string>): void {
  if (!flags.includes(name)) throw new UsageError(`Unknown option '${rawName}'.${suggestion(name)}`);
  if (Object.hasOwn(switches, name)) {
    if (value !== undefined) throw new UsageError(`Option '${rawName}' takes no value.`);
    given.set(name, "");
  } else if (value === undefined || (!inlineValue && value.startsWith("--"))) {
    throw new UsageError(`Option '${rawName}' needs a value.`);
  } else {
    given.set(name, value);
  }
}

function suggestion(name: string): string {
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

export function helpText(): string {
  const lines = settingEntries.map(([, setting]) => {
    const head = `  --${setting.flag} ${setting.type === "text" && setting.choices ? setting.choices.join("|") : setting.value}`;
    const range = setting.type === "text" ? "" : `; ${setting.range[0]} to ${setting.range[1]}`;
    const details = `[${variableOf(setting)}; default ${setting.defaultHelp ?? setting.default}${range}]`;
    return `${head.padEnd(INDENT)}${setting.help}\n${" ".repeat(INDENT)}${details}`;
  });
  return [
    `tacho ${VERSION}: a GPU inference server for GGUF models with a built-in tachometer.`,
    "",
    "Usage: tacho [serve] [options]",
    "",
    "Each option can also be given by the variable named beside it; the command line comes first.",
    "",
    ...lines,
    `${"  -h, --help".padEnd(INDENT)}print this help`,
    `${"  -v, --version".padEnd(INDENT)}print the version`,
    "",
  ].join("\n");
}
