import { cpSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { flagOf } from "./instruction.mjs";
import { linkTo } from "./linked-files.mjs";
import { ReplayProblem } from "./replay-problem.mjs";
import { expand, wordsOf } from "./variables.mjs";

function matcherOf(source) {
  const escaped = source.replaceAll(/[.+^${}()|\\[\]]/g, "\\$&").replaceAll("*", "[^/]*");
  return new RegExp(`^(?<top>${escaped})(?:$|/)`);
}

/** The files that a source names, itself or as a folder above, with the path that is copied. */
function filesOf(source, files) {
  const wanted = source.replace(/^\.?\//, "").replace(/\/$/, "");
  if (wanted === "" || wanted === ".") return files.map((file) => ({ file, top: "" }));
  return files.flatMap((file) => {
    const top = matcherOf(wanted).exec(file)?.groups.top;
    return top === undefined ? [] : [{ file, top }];
  });
}

/** A folder is copied as its contents, a file by its name where the target is a folder. */
function copyFromContext(source, target, { context, tree, intoFolder }) {
  const found = filesOf(source, context.files);
  if (found.length === 0) {
    const left = filesOf(source, context.ignored).length > 0;
    throw new ReplayProblem(
      left
        ? `COPY ${source}: .dockerignore leaves it out`
        : `COPY ${source}: git knows no such file or folder`,
    );
  }
  for (const { file, top } of found) {
    const isFile = file === top;
    const path = isFile && intoFolder ? join(target, basename(file)) : join(target, file.slice(top.length));
    const place = tree.place(path);
    mkdirSync(dirname(place), { recursive: true });
    cpSync(file, place);
  }
}

function copyFromStage(source, target, { from, stageName, tree, intoFolder }) {
  const place = from.place(join("/", source));
  const kind = statSync(place, { throwIfNoEntry: false });
  if (!kind) throw new ReplayProblem(`COPY --from=${stageName} ${source}: nothing in that stage makes it`);
  if (from.borrows(join("/", source))) return tree.borrow(target, place);
  linkTo(place, tree.place(kind.isFile() && intoFolder ? join(target, basename(source)) : target));
}

/** Does a COPY. @throws ReplayProblem */
export function copy(instruction, { tree, trees, context }) {
  const words = instruction.words ?? wordsOf(instruction.text);
  const [target, ...reversed] = words.map((word) => expand(word, tree.variables)).reverse();
  const stageName = flagOf(instruction, "from");
  const from = trees.get(stageName);
  const intoFolder = target.endsWith("/") || reversed.length > 1;
  const place = { tree, context, from, stageName, intoFolder };
  for (const source of reversed.reverse())
    (stageName === undefined ? copyFromContext : copyFromStage)(source, target, place);
}
