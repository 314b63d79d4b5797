import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { optionsOf, variantOf } from "./cmake-options.mjs";
import { BuildProblem } from "./problems.mjs";

/** Says in the folder what lies there; src/engine/built-libraries.ts reads it. */
const MANIFEST = "build.json";

/** Where the server looks, for the CUDA back end. */
export const folderOf = ({ backend }) => `build/${backend}`;

function manifestOf(plan) {
  const { backend, release, toolkit, architectures } = plan;
  const version = toolkit?.version ?? null;
  return { backend, release, toolkit: version, architectures, platform: platform(), options: digestOf(plan) };
}

/** Of all that CMake is told: what was built with other options is not what would be built. */
function digestOf(plan) {
  return createHash("sha256")
    .update(JSON.stringify(optionsOf(plan)))
    .digest("hex")
    .slice(0, 16);
}

const platform = () => `${process.platform}-${process.arch}`;

/** Whether the folder holds what the plan would build. */
export function isBuilt(plan) {
  try {
    const found = JSON.parse(readFileSync(join(folderOf(plan), MANIFEST), "utf8"));
    const wanted = manifestOf(plan);
    return Object.entries(wanted).every(([key, value]) => `${found[key]}` === `${value}`);
  } catch {
    return false; // Absent, or made by something else.
  }
}

/** The prebuilt folders hold these too; of the CPU's back end there is one a kind of CPU. */
function expectedFiles(plan) {
  const { backend } = plan;
  const named = [
    "llama-common",
    "ggml-base",
    ...["llama", "ggml"].map((name) => `${name}.${variantOf(plan)}`),
  ];
  const files = named.map((name) => new RegExp(`^lib${name.replaceAll(".", "\\.")}\\.so$`));
  return [...files, /^libggml-cpu(-.+)?\.so$/, ...(backend === "cuda" ? [/^libggml-cuda\.so$/] : [])];
}

function requireFiles(plan, folder, files) {
  const missing = expectedFiles(plan).find((pattern) => !files.some((file) => pattern.test(file)));
  if (missing !== undefined)
    throw new BuildProblem("nothing-built", { missing: missing.source.replaceAll(/[\\^$]/g, ""), folder });
}

const replacedOf = (folder) => `${folder}.replaced`;

/** Of an installation that was killed between its two steps, the last build is put back. */
export function restore(plan) {
  const folder = folderOf(plan);
  if (!existsSync(replacedOf(folder))) return;
  if (existsSync(folder)) rmSync(replacedOf(folder), { recursive: true });
  else renameSync(replacedOf(folder), folder);
}

function fill(folder, source, files) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const file of files) copyFileSync(join(source, file), join(folder, file));
}

/**
 * Puts what was built in `source` where the server looks: whole, so that no server ever sees a part of it. Between two
 * renames there is nothing; who is killed there finds the last build restored by the next run.
 * @throws BuildProblem where a library is missing.
 */
export function install(plan, source) {
  const files = existsSync(source) ? readdirSync(source).filter((file) => file.endsWith(".so")) : [];
  requireFiles(plan, source, files);
  const folder = folderOf(plan);
  const [unfinished, replaced] = [`${folder}.unfinished`, replacedOf(folder)];
  fill(unfinished, source, files);
  const manifest = { ...manifestOf(plan), date: new Date().toISOString() };
  writeFileSync(join(unfinished, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  restore(plan);
  if (existsSync(folder)) renameSync(folder, replaced);
  renameSync(unfinished, folder);
  rmSync(replaced, { recursive: true, force: true });
}
