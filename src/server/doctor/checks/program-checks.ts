import { REMEDIES } from "../../../engine/library-remedies.js";
import { LLAMA_CPP, packagePath } from "../../package-info.js";
import type { Facts } from "../facts.js";
import { failure, ok, sentence, warning, type Check, type Finding } from "../finding.js";

const REBUILD = sentence(REMEDIES.addons);
export const INSTALL = sentence(REMEDIES.install);

/** "20.17" of ">=20.17", compared number by number. */
function isAtLeast(version: string, least: string): boolean {
  const [numbers, wanted] = [version, least].map((text) => text.match(/\d+/g)!.map(Number));
  const differing = wanted!.findIndex((number, i) => (numbers![i] ?? 0) !== number);
  return differing === -1 || (numbers![differing] ?? 0) > wanted![differing]!;
}

function node({ node: { version, expected } }: Facts): Finding {
  if (isAtLeast(version, expected)) return ok(version);
  return failure(
    `${version}, expected ${expected}`,
    "Install a later Node.js: https://nodejs.org/en/download",
  );
}

function telemetryAddon({ segment }: Facts): Finding {
  return "value" in segment ? ok("loads, and makes a segment") : failure(segment.problem, REBUILD);
}

function engineAddon({ devices: { cpu } }: Facts): Finding {
  if (!("value" in cpu)) return failure(cpu.problem, REBUILD);
  if (cpu.value.devices.length > 0) return ok(`loads, with llama.cpp ${LLAMA_CPP} for the CPU`);
  return failure("finds no back end for this processor", INSTALL);
}

function cpuLibraries({ libraries }: Facts): Finding {
  if (!("value" in libraries)) return failure(libraries.problem, INSTALL);
  const { cpu } = libraries.value.directories;
  if (cpu !== null) return ok(shownPath(cpu));
  return warning("not installed: only a GPU could be used", INSTALL);
}

/** Within the package, without the way to it. */
export function shownPath(path: string): string {
  const root = packagePath("");
  return path.startsWith(root) ? path.slice(root.length) : path;
}

function settings({ settingsProblem: problem }: Facts): Finding {
  return problem === null
    ? ok("nothing that the server would refuse")
    : failure(problem, "Give what is expected, by the flag or its variable; see tacho --help.");
}

/** Whether the program's own parts are there. */
export const PROGRAM_CHECKS: readonly Check[] = [
  { id: "node", title: "Node.js", run: node },
  { id: "telemetry-addon", title: "telemetry addon", run: telemetryAddon },
  { id: "engine-addon", title: "engine addon", run: engineAddon },
  { id: "cpu-libraries", title: "CPU libraries", run: cpuLibraries },
  { id: "settings", title: "settings", run: settings },
];
