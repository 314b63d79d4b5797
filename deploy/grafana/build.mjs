import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dashboardModel, needsOf, NEEDS } from "./dashboard.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const TABLES = join(HERE, "tables");
const DASHBOARDS = join(HERE, "dashboards");

const text = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** The dashboards, as their files have them. */
export async function readTables() {
  const names = readdirSync(TABLES).sort();
  return Promise.all(names.map(async (name) => (await import(pathToFileURL(join(TABLES, name)))).default));
}

/** What the tables make: texts by their paths below this folder. */
export async function buildFiles() {
  const tables = await readTables();
  const needs = { needs: NEEDS, queries: tables.flatMap(needsOf) };
  return new Map([
    ...tables.map((table) => [`dashboards/${table.uid}.json`, text(dashboardModel(table))]),
    ["needs.json", text(needs)],
  ]);
}

async function writeFiles() {
  const files = await buildFiles();
  rmSync(DASHBOARDS, { recursive: true, force: true });
  mkdirSync(DASHBOARDS);
  for (const [path, content] of files) writeFileSync(join(HERE, path), content);
  console.log(`Wrote ${files.size} files to deploy/grafana.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFiles();
