/**
 * Checks a Dockerfile without Docker: rules.mjs reads it, replay.mjs follows it with this repository's files, and
 * image-start.mjs starts what the last stage would. `node scripts/check-dockerfile.mjs [FILE]`, in the context's folder.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { contextFiles } from "./dockerfile/context-files.mjs";
import { startProblems } from "./dockerfile/image-start.mjs";
import { parseInstructions } from "./dockerfile/instruction.mjs";
import { replay } from "./dockerfile/replay.mjs";
import { brokenRules } from "./dockerfile/rules.mjs";
import { shellProblems } from "./dockerfile/shellcheck.mjs";

/**
 * A folder for the stages. Hard links need the repository's file system; where the temporary folder has another one, it
 * is in build/, and a package that the image lacks may be found in the repository's node_modules above it.
 */
function makeFolder() {
  const isSame = statSync(tmpdir()).dev === statSync(".").dev;
  return mkdtempSync(join(isSame ? tmpdir() : resolve("build"), "tacho-dockerfile-"));
}

async function built(instructions) {
  const folder = makeFolder();
  // However it ends.
  process.on("exit", () => rmSync(folder, { recursive: true }));
  const { tree, problem } = replay(instructions, contextFiles(), folder);
  return problem ? [problem] : startProblems(instructions, tree);
}

async function problemsOf(text) {
  const instructions = parseInstructions(text);
  if (!instructions.some(({ name }) => name === "FROM")) return [{ line: 1, text: "expected a FROM" }];
  const shell = shellProblems(instructions);
  if (shell === null) console.log("shellcheck: skipped: needs the Debian package 'shellcheck'");
  const read = [...brokenRules(instructions), ...(shell ?? [])];
  return read.length > 0 ? read : built(instructions);
}

const file = process.argv[2] ?? "Dockerfile.cuda";
const problems = await problemsOf(readFileSync(file, "utf8"));
for (const { line, text } of problems.sort((a, b) => a.line - b.line))
  console.log(`${file}:${line}: ${text}`);
process.exit(problems.length === 0 ? 0 : 1);
