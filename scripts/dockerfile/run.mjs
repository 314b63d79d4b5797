import { mkdirSync } from "node:fs";
import { runInTree } from "./in-tree.mjs";
import { nodeScript } from "./node-scripts.mjs";
import { npm } from "./npm-commands.mjs";
import { ReplayProblem } from "./replay-problem.mjs";
import { commandsOf } from "./shell-commands.mjs";
import { UBUNTU_PACKAGES } from "./ubuntu-packages.mjs";
import { expand, wordsOf } from "./variables.mjs";

const isFlag = (word) => word.startsWith("-");

function aptGet({ words }, tree) {
  if (!words.includes("install")) return;
  for (const name of words.slice(words.indexOf("install") + 1).filter((word) => !isFlag(word))) {
    const programs = UBUNTU_PACKAGES[name];
    if (!programs)
      throw new ReplayProblem(
        `${name} is no package of Ubuntu that scripts/dockerfile/ubuntu-packages.mjs knows`,
      );
    for (const program of programs) tree.programs.add(program);
  }
}

function install({ words }, tree) {
  if (!words.includes("--directory")) throw new ReplayProblem("install: expected --directory");
  for (const path of words.filter((word) => !isFlag(word))) mkdirSync(tree.place(path), { recursive: true });
}

/** Owners and users are not those of this machine. */
const leftOut = () => undefined;

/** How each program that a RUN may call is replayed. */
const PROGRAMS = {
  "apt-get": aptGet,
  chown: leftOut,
  find: runInTree,
  groupadd: leftOut,
  install,
  ln: runInTree,
  mkdir: runInTree,
  mv: runInTree,
  node: ({ words }, tree) =>
    nodeScript(
      words.map((word) => wordsOf(expand(word, tree.variables))[0] ?? ""),
      tree,
    ),
  npm: (command, tree) => npm(command, tree, runCommand),
  rm: runInTree,
  useradd: leftOut,
};

function runCommand(command, tree) {
  const { program, text } = command;
  if (!tree.provides(program))
    throw new ReplayProblem(
      `${program} is neither in the base image nor in a package that is installed before`,
    );
  const replay = PROGRAMS[program];
  if (!replay)
    throw new ReplayProblem(`'${text}': expected a program among ${Object.keys(PROGRAMS).join(", ")}`);
  replay(command, tree);
}

function parse(text) {
  try {
    return commandsOf(text);
  } catch (error) {
    throw new ReplayProblem(`expected simple commands, but '${error.message}' is none`, { cause: error });
  }
}

/** Does what a RUN does, by stand-ins where that takes root, a network or minutes. @throws ReplayProblem */
export function run({ words, text }, tree) {
  for (const command of parse(words === null ? text : words.join(" "))) runCommand(command, tree);
}
