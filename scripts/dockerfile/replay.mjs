import { mkdirSync } from "node:fs";
import { join, posix } from "node:path";
import { copy } from "./copy.mjs";
import { ReplayProblem } from "./replay-problem.mjs";
import { run } from "./run.mjs";
import { StageTree } from "./stage-tree.mjs";
import { globalArguments, stagesOf } from "./stages.mjs";
import { assignmentsOf, expand } from "./variables.mjs";

function workdir({ text }, { tree }) {
  tree.folder = posix.resolve(tree.folder, expand(text, tree.variables));
  mkdirSync(tree.place("."), { recursive: true });
}

function env(instruction, { tree }) {
  for (const [name, value] of assignmentsOf(instruction)) {
    tree.environment[name] = expand(value ?? "", tree.variables);
    tree.variables[name] = tree.environment[name];
  }
}

/** An ENV of the same name wins; a build argument that nobody gives has its default. */
function arg(instruction, { tree, globals }) {
  for (const [name, value] of assignmentsOf(instruction))
    if (!(name in tree.environment))
      tree.variables[name] = expand(value ?? globals[name] ?? "", tree.variables);
}

/** They say how the image is started, or what it is. */
const noted = () => undefined;

const INSTRUCTIONS = {
  ARG: arg,
  CMD: noted,
  COPY: copy,
  ENTRYPOINT: noted,
  ENV: env,
  EXPOSE: noted,
  HEALTHCHECK: noted,
  LABEL: noted,
  RUN: (instruction, { tree }) => run(instruction, tree),
  SHELL: noted,
  STOPSIGNAL: noted,
  USER: noted,
  VOLUME: noted,
  WORKDIR: workdir,
};

function follow(instruction, place) {
  const replay = INSTRUCTIONS[instruction.name];
  if (!replay)
    throw new ReplayProblem(`expected an instruction among ${Object.keys(INSTRUCTIONS).join(", ")}`);
  replay(instruction, place);
}

/** Calls `work`; what it throws as a ReplayProblem comes back as one of this line. */
function problemOf(line, work) {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof ReplayProblem)) throw error;
    return { line, text: error.message };
  }
}

/**
 * Builds the stages in `folder` as far as this machine can.
 * @returns {{ tree: StageTree } | { problem: { line: number, text: string } }} the last stage, or the first problem:
 *   what comes after it would be its consequence
 */
export function replay(instructions, context, folder) {
  const globals = globalArguments(instructions);
  const trees = new Map();
  let tree;
  for (const [index, stage] of stagesOf(instructions).entries()) {
    const root = join(folder, String(index));
    const problem = problemOf(stage.line, () => {
      tree = stage.parent
        ? StageTree.ofStage(root, trees.get(stage.parent.name))
        : StageTree.ofImage(root, stage.base);
    });
    if (problem) return { problem };
    trees.set(stage.name, tree);
    for (const instruction of stage.instructions) {
      const failed = problemOf(instruction.line, () =>
        follow(instruction, { tree, trees, context, globals }),
      );
      if (failed) return { problem: failed };
    }
  }
  return { tree };
}
