// Compiles C++ sources to object files, two at once: as many as the smallest machine that this is built on has cores.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const COMPILERS = 2;

/** Whether `output` is there and younger than all inputs. */
export function isCurrent(output, inputs) {
  const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return inputs.every((file) => statSync(file).mtimeMs < built);
}

/** Resolves with whether it succeeded. */
function compile(compiler, args, output) {
  mkdirSync(dirname(output), { recursive: true });
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, [...args, "-o", output], { stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (status) => resolve(status === 0));
  });
}

/**
 * Compiles `header`, which all sources then begin with. Resolves with the flags that say so; null when it does not
 * compile.
 */
async function precompiled(compiler, flags, header, folder) {
  const copy = join(folder, basename(header));
  const output = `${copy}.gch`;
  if (isCurrent(output, [header])) return ["-include", copy];
  mkdirSync(folder, { recursive: true });
  copyFileSync(header, copy);
  return (await compile(compiler, [...flags, "-x", "c++-header", copy], output)) ? ["-include", copy] : null;
}

/**
 * The object files of `sources` below `folder`, in the places that the sources have below `root`; null when one does
 * not compile. Only those are compiled that are older than their source or one of `headers`. All begin with `prefix`.
 */
export async function objectFiles({ compiler, flags, prefix, sources, headers, root, folder }) {
  const begin = await precompiled(compiler, flags, prefix, folder);
  if (begin === null) return null;
  const objects = sources.map((source) => join(folder, `${relative(root, source)}.o`));
  const outdated = sources.map((_, i) => i).filter((i) => !isCurrent(objects[i], [sources[i], ...headers]));
  let succeeds = true;
  const work = async () => {
    for (let i = outdated.shift(); i !== undefined && succeeds; i = outdated.shift())
      succeeds = (await compile(compiler, [...flags, ...begin, "-c", sources[i]], objects[i])) && succeeds;
  };
  await Promise.all(Array.from({ length: COMPILERS }, work));
  return succeeds ? objects : null;
}
