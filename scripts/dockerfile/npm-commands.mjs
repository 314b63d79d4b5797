import { existsSync, readFileSync, rmSync } from "node:fs";
import { detach } from "./linked-files.mjs";
import { runInTree } from "./in-tree.mjs";
import { ReplayProblem } from "./replay-problem.mjs";
import { commandsOf } from "./shell-commands.mjs";

function requireFiles(names, subject, tree) {
  const missing = names.find((name) => !tree.has(name));
  if (missing) throw new ReplayProblem(`${subject} reads ${missing}, which no COPY before it brings`);
}

const omitsDevelopment = ({ words }) => words.includes("--omit=dev");

/** As npm does, by what the lockfile says of each package. */
function removeDevelopment(tree) {
  tree.own();
  // npm's record of what is installed.
  rmSync(tree.place("node_modules/.package-lock.json"), { force: true });
  const { packages } = JSON.parse(readFileSync(tree.place("package-lock.json"), "utf8"));
  for (const [path, { dev }] of Object.entries(packages))
    if (dev) rmSync(tree.place(path), { recursive: true, force: true });
}

function ci(command, tree) {
  requireFiles(["package.json", "package-lock.json"], "npm ci", tree);
  if (existsSync("node_modules")) tree.borrow("node_modules", "node_modules");
  if (omitsDevelopment(command)) removeDevelopment(tree);
}

function prune(command, tree) {
  requireFiles(["package.json", "package-lock.json", "node_modules"], "npm prune", tree);
  if (omitsDevelopment(command)) removeDevelopment(tree);
}

function runScript({ words }, tree, run) {
  requireFiles(["package.json"], "npm run", tree);
  const { scripts = {} } = JSON.parse(readFileSync(tree.place("package.json"), "utf8"));
  const [, name, ...args] = words;
  if (!(name in scripts)) throw new ReplayProblem(`npm run ${name}: package.json has no such script`);
  const given = args.filter((word) => word !== "--");
  for (const command of commandsOf([scripts[name], ...given].join(" "))) run(command, tree);
}

/** npm itself: what it writes is package.json and its output. */
function really(command, tree) {
  requireFiles(["package.json"], `npm ${command.words[0]}`, tree);
  detach(tree.place("package.json"));
  runInTree(command, tree);
}

const COMMANDS = { ci, prune, run: runScript, pkg: really, sbom: really };

/** Does what an npm command does, or what stands in for it. @throws ReplayProblem */
export function npm(command, tree, run) {
  const replay = COMMANDS[command.words[0]];
  if (!replay) throw new ReplayProblem(`'${command.text}': expected npm ${Object.keys(COMMANDS).join(", ")}`);
  replay(command, tree, run);
}
