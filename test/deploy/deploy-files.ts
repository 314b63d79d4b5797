import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseYaml } from "./yaml.js";

export const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));

/** Paths below `deploy/`, or one of its folders, whose names match. */
export function deployFiles(pattern: RegExp, folder = ""): string[] {
  const paths = readdirSync(join(DEPLOY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(DEPLOY, join(entry.parentPath, entry.name)));
  return paths.sort();
}

export function deployText(path: string): string {
  return readFileSync(join(DEPLOY, path), "utf8");
}

const parsed = new Map<string, unknown[]>();

/** The documents of YAML files below `deploy/`, by path; a file is parsed once. */
export function deployYaml(paths: readonly string[]): Map<string, unknown[]> {
  const missing = paths.filter((path) => !parsed.has(path));
  const documents = missing.length > 0 ? parseYaml(missing.map(deployText)) : [];
  missing.forEach((path, i) =>
    parsed.set(
      path,
      documents[i]!.filter((document) => document !== null),
    ),
  );
  return new Map(paths.map((path) => [path, parsed.get(path)!]));
}

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every object in `value`, itself included, from the outside in. */
export function* objectsIn(value: unknown): Generator<Fields> {
  if (isFields(value)) yield value;
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}
