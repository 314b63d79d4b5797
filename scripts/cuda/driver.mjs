import { probe } from "./probe.mjs";
import { BuildProblem } from "./problems.mjs";

/** A GPU's name may hold commas; a capability is the line's end. */
const CAPABILITY = /, *(\d+)\.(\d+)\s*$/;

/**
 * The architectures of this machine's GPUs, each once.
 * @throws BuildProblem where there is none.
 */
export function gpuArchitectures() {
  const answer = probe("nvidia-smi", ["--query-gpu=name,compute_cap", "--format=csv,noheader"]);
  if (answer.output === undefined) throw new BuildProblem("no-gpu", { what: `nvidia-smi ${answer.what}` });
  const lines = answer.output.split("\n").filter((line) => line.trim() !== "");
  const capabilities = lines.map((line) => CAPABILITY.exec(line));
  if (lines.length === 0) throw new BuildProblem("no-gpu", { what: "nvidia-smi lists none" });
  const odd = capabilities.indexOf(null);
  if (odd >= 0)
    throw new BuildProblem("no-gpu", { what: `nvidia-smi tells no compute capability in '${lines[odd]}'` });
  return [...new Set(capabilities.map(([, major, minor]) => major + minor))];
}

/** The newest CUDA that the installed driver serves, as [12, 4]; null where nobody can tell. */
export function driverCuda() {
  const { output } = probe("nvidia-smi", ["-q"]);
  const found = /^CUDA[\w ]*Version\s*: (\d+)\.(\d+)/m.exec(output ?? "");
  return found && [Number(found[1]), Number(found[2])];
}

/**
 * Within one major version, older drivers run what newer toolkits compiled.
 * @throws BuildProblem where the toolkit's programs would not run here.
 */
export function requireDriver({ version }) {
  const driver = driverCuda();
  if (driver !== null && driver[0] < Number(version.split(".")[0]))
    throw new BuildProblem("old-driver", { driver, version });
}
