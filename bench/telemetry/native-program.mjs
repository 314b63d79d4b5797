import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Compiles a program of this folder with the sources of a native core's folder; returns its path. */
function build(name, folder, flags) {
  const core = join(ROOT, folder);
  const sources = readdirSync(core).filter((file) => file.endsWith(".cpp"));
  const program = join(ROOT, "build/bench", name);
  mkdirSync(join(ROOT, "build/bench"), { recursive: true });
  const files = [join(ROOT, "bench/telemetry", `${name}.cpp`), ...sources.map((file) => join(core, file))];
  const args = [...flags, "-std=c++20", "-pthread", ...files, "-o", program];
  execFileSync(process.env["CXX"] ?? "c++", args, { stdio: ["ignore", "inherit", "inherit"] });
  return program;
}

export const buildNativeCost = () => build("native-cost", "native/telemetry", ["-O2"]);

/** As engine.node is built. */
export const buildLoopCost = () => build("loop-cost", "native/engine/loop", ["-O3", "-DNDEBUG"]);
