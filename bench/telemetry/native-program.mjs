import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Compiles native-cost.cpp with the sources of native/telemetry; returns the program. */
export function buildNativeCost() {
  const core = join(ROOT, "native/telemetry");
  const sources = readdirSync(core).filter((name) => name.endsWith(".cpp"));
  const program = join(ROOT, "build/bench/native-cost");
  mkdirSync(join(ROOT, "build/bench"), { recursive: true });
  const files = [join(ROOT, "bench/telemetry/native-cost.cpp"), ...sources.map((name) => join(core, name))];
  const args = ["-O2", "-std=c++20", "-pthread", ...files, "-o", program];
  execFileSync(process.env["CXX"] ?? "c++", args, { stdio: ["ignore", "inherit", "inherit"] });
  return program;
}
