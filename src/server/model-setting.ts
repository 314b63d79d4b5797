import { existsSync } from "node:fs";
import { basename } from "node:path";
import { LONGEST_NAME, UsageError, valuesOf, type Settings } from "./settings.js";

/** One of the models that --model names. */
export interface NamedModel {
  /** The name clients use. */
  id: string;
  /** Path of the GGUF file, or a URI. */
  model: string;
}

/** The models in the order in which they are named, the one that is loaded at the start first. @throws UsageError */
export function namedModels(settings: Pick<Settings, "model" | "alias">): NamedModel[] {
  const entries = valuesOf(settings.model).map(parseEntry);
  const aliases = valuesOf(settings.alias);
  if (aliases.length > 0 && aliases.length !== entries.length)
    throw usage(`an --alias for each --model, of which there are ${entries.length}`, `${aliases.length}`);
  const models = entries.map((entry, i) => named(entry, aliases[i]));
  const twice = models.find(({ id }, i) => models.findIndex((other) => other.id === id) < i);
  if (twice) throw usage("a name of its own for each --model (NAME=FILE)", `'${twice.id}' twice`);
  return models;
}

interface Entry {
  name: string | null;
  model: string;
}

/** What stands before "=" is a name, unless it is part of a path or a URI. */
function parseEntry(text: string): Entry {
  const match = /^([^=/:]+)=(.+)$/.exec(text);
  if (!match || existsSync(text)) return { name: null, model: text };
  return { name: match[1]!, model: match[2]! };
}

function named({ name, model }: Entry, alias: string | undefined): NamedModel {
  if (alias !== undefined && name !== null)
    throw usage("one name for a model, by --alias or as NAME=FILE", `'${alias}' and '${name}'`);
  const id = alias ?? name ?? modelName(model);
  if (id.length > LONGEST_NAME) throw usage(`names of at most ${LONGEST_NAME} characters`, `'${id}'`);
  return { id, model };
}

/** "models/tacho-mini.gguf" as "tacho-mini". */
function modelName(model: string): string {
  return basename(model).replace(/(-\d{5}-of-\d{5})?\.gguf$/i, "") || model;
}

function usage(expected: string, received: string): UsageError {
  return new UsageError(`Expected ${expected}, but received ${received}.`);
}
