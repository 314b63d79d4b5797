import { spawnSync } from "node:child_process";

export const MINIMUM_NODE = [20, 17];

/** What a native build of this project certainly uses: C++20 and its `std::atomic_ref`. */
const CXX20_PROBE = "#include <atomic>\ndouble cell; std::atomic_ref<double> probe(cell);\n";

const CXX = process.env.CXX ?? ["g++", "clang++"].find((name) => version(name)) ?? "g++";

/** Every program that set-up runs, by the name that phases use for it. */
const TOOLS = {
  cxx: { command: CXX, what: "a C++20 compiler", package: "g++", works: compilesCxx20 },
  make: { command: "make", what: "make", package: "make" },
  cmake: { command: "cmake", what: "CMake", package: "cmake", minimum: [3, 20] },
  python: { command: process.env.PYTHON ?? "python3", what: "Python", package: "python3", minimum: [3, 6] },
  git: { command: "git", what: "git", package: "git" },
};

/** The Debian package that brings a tool of the table. */
export function packageOf(name) {
  return TOOLS[name].package;
}

/** The environment of a native build: both build systems get the same compiler. */
export const compilerEnvironment = { CXX };

/** First line of `command --version`, or null where it cannot be run. `command` may carry arguments ("ccache g++"). */
function version(command) {
  const [program, ...args] = command.split(" ");
  const { status, stdout } = spawnSync(program, [...args, "--version"], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n", 1)[0] : null;
}

function compilesCxx20(command) {
  const [program, ...args] = command.split(" ");
  const options = [...args, "-std=c++20", "-fsyntax-only", "-x", "c++", "-"];
  return spawnSync(program, options, { input: CXX20_PROBE }).status === 0;
}

/** The versions of the named tools, one string to compare with an earlier build's. */
export function toolVersions(names) {
  const compilerFlags = ["CFLAGS", "CXXFLAGS", "LDFLAGS"].map((name) => process.env[name] ?? "");
  return [process.version, ...compilerFlags, ...names.map((name) => version(TOOLS[name].command))].join("\n");
}

function older(found, minimum) {
  const [major, minor] = found.match(/\d+/g).map(Number);
  return major < minimum[0] || (major === minimum[0] && minor < minimum[1]);
}

function problem({ command, what, package: name, minimum, works }) {
  const found = version(command);
  const wanted = minimum ? `${what} ${minimum.join(".")} or newer` : what;
  const remedy = `On Debian: apt-get install ${name}`;
  if (found === null) return `Expected ${wanted}, but \`${command}\` was not found. ${remedy}`;
  if ((minimum && older(found, minimum)) || (works && !works(command)))
    return `Expected ${wanted}, but \`${command}\` is "${found}". ${remedy}`;
  return null;
}

/** One line for each of the named tools that is missing or too old. */
export function missingTools(names) {
  return names.map((name) => problem(TOOLS[name])).filter((line) => line !== null);
}

/** The line to print when this Node is too old, or null. */
export function nodeProblem() {
  if (!older(process.version, MINIMUM_NODE)) return null;
  return `Expected Node ${MINIMUM_NODE.join(".")} or newer, but this is ${process.version}. See https://nodejs.org/en/download`;
}
