import { spawnSync } from "node:child_process";
import { debianPackage } from "../debian-package.js";

/** Debian's own interpreter: another that comes first on the PATH does not see Debian's packages. */
const PYTHON = "/usr/bin/python3";
const PARSER = "/usr/lib/python3/dist-packages/yaml/__init__.py";

const SCRIPT = `
import json, sys, yaml
print(json.dumps([list(yaml.safe_load_all(text)) for text in json.load(sys.stdin)], default=str))
`;

/** Call it where `debianPackage` is called, in each test file that reads YAML. */
export function needsYaml(): void {
  debianPackage("python3-yaml", [PYTHON, PARSER]);
}

/** The documents of each text, all texts read by one process. */
export function parseYaml(texts: readonly string[]): unknown[][] {
  const input = JSON.stringify(texts);
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", SCRIPT], { input, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`Expected YAML but received ${stderr.trim().split("\n").slice(-6).join(" ")}`);
  return JSON.parse(stdout) as unknown[][];
}
