import type { Adapter } from "../engine/messages.js";
import { LONGEST_NAME, UsageError } from "./settings.js";

const FORM = "NAME=FILE or NAME=FILE:SCALE, separated by commas,";
const GREATEST_SCALE = 100;

/**
 * The adapters that --lora names, beside models of these names. A colon is part of the file's path when a slash follows it.
 * @throws UsageError
 */
export function parseAdapters(setting: string, modelIds: readonly string[]): Adapter[] {
  if (setting === "") return [];
  const adapters = setting.split(",").map(parseAdapter);
  const taken = new Set(modelIds);
  for (const { name } of adapters) {
    if (taken.has(name)) throw usage("a name of its own for each adapter and the model", `'${name}' twice`);
    taken.add(name);
  }
  return adapters;
}

function parseAdapter(text: string): Adapter {
  const match = /^([^=]+)=(.+?)(?::([^:/]*))?$/.exec(text);
  if (!match) throw usage(FORM, `'${text}'`);
  const [, name, path, scale = "1"] = match as unknown as [string, string, string, string | undefined];
  if (name.length > LONGEST_NAME) throw usage(`names of at most ${LONGEST_NAME} characters`, `'${name}'`);
  return { name, path, scale: parseScale(scale) };
}

function parseScale(text: string): number {
  const scale = Number(text);
  if (/^[+-]?\d+(\.\d+)?$/.test(text) && Math.abs(scale) <= GREATEST_SCALE) return scale;
  throw usage(`a scale from -${GREATEST_SCALE} to ${GREATEST_SCALE}`, `'${text}'`);
}

function usage(expected: string, received: string): UsageError {
  return new UsageError(`Expected ${expected} for --lora, but received ${received}.`);
}
