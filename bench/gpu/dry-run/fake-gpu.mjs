// A GPU for a dry run: the tests' stand-in for NVML, and one for nvidia-smi that says the same.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(
  new URL("../../../native/telemetry/tests/fake_nvml/fake_nvml.c", import.meta.url),
);
const SMI = fileURLToPath(new URL("nvidia-smi.mjs", import.meta.url));
/** No total of energy: the stand-in's would not grow with its power. */
const CONTROL = ["gpus 1", "gpm 1", "field.83.return 3", "field.190 700000", "field.82 45", ""].join("\n");

function compile(library) {
  const args = ["-std=c11", "-O1", "-fPIC", "-shared", SOURCE, "-o", library];
  const { status, stderr } = spawnSync(process.env.CC ?? "cc", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`Expected the stand-in for NVML to compile but received: ${stderr}`);
}

/** Makes it in `folder`; the environment in which it is seen. */
export function fakeGpu(folder) {
  mkdirSync(folder, { recursive: true });
  const [library, control, program] = ["libfake_nvml.so", "control", "nvidia-smi"].map((name) =>
    path.join(folder, name),
  );
  compile(library);
  writeFileSync(control, CONTROL);
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${SMI}" "$@"\n`);
  chmodSync(program, 0o755);
  return {
    PATH: `${folder}${path.delimiter}${process.env.PATH}`,
    TACHO_NVML_PATH: library,
    FAKE_NVML_CONTROL: control,
  };
}
