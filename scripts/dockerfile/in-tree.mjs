import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { ReplayProblem } from "./replay-problem.mjs";

/** An absolute path at a word's beginning. */
const ABSOLUTE = /(?<=^|\s|["'=])\/(?=\S)/g;

function refuseLeaving({ program, text }) {
  // The target of a link is only text.
  if (program !== "ln" && /(?:^|[\s/"'=])\.\.(?:$|[\s/"'])|~/.test(text))
    throw new ReplayProblem(
      `'${text}': expected paths without '..' and '~', which may lead out of the stage`,
    );
}

/**
 * Runs one command in the stage's folder by this machine's programs, its absolute paths being those of the stage.
 * Only for programs that remove, make and link: what is there are hard links to the repository's files.
 * @throws ReplayProblem
 */
export function runInTree(command, tree) {
  refuseLeaving(command);
  tree.own();
  for (const output of command.outputs) rmSync(tree.place(output), { force: true });
  const { status, stderr } = spawnSync("sh", ["-euc", command.text.replaceAll(ABSOLUTE, `${tree.root}/`)], {
    cwd: tree.place("."),
    // Nothing of npm's that runs this check: it would work on the repository.
    env: { ...tree.variables, PATH: process.env.PATH, HOME: tree.root, npm_config_offline: "true" },
    encoding: "utf8",
  });
  if (status !== 0)
    throw new ReplayProblem(`'${command.text}' failed: ${stderr.trim().split("\n").slice(0, 2).join("; ")}`);
}
