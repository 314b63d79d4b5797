import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const BUILD_LIMIT_MS = 180_000;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-embedding-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
import { defineCatalog, openTelemetry } from "tacho/telemetry";
const catalog = defineCatalog({ jobs: { type: "counter", name: "jobs_total", help: "Jobs.", labels: {} } });
const telemetry = openTelemetry(catalog);
telemetry.metrics.jobs.labels({}).inc(3);
console.log((await telemetry.render()).toString());
`;

/** What npm does with a dependency, but for fetching the other dependencies. */
function installPacked(): void {
  const run = (command: string, args: string[], cwd: string) =>
    execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], resolve("."));
  const [tarball] = readdirSync(folder);
  const target = join(folder, "node_modules/tacho");
  mkdirSync(target, { recursive: true });
  run("tar", ["-xzf", tarball!, "-C", target, "--strip-components=1"], folder);
  symlinkSync(resolve("node_modules/node-addon-api"), join(folder, "node_modules/node-addon-api"));
  run("npm", ["run", "install"], target);
}

test(
  "a program that depends on the package alone builds the addon and records",
  () => {
    installPacked();
    writeFileSync(join(folder, "program.mjs"), PROGRAM);
    const text = execFileSync(process.execPath, ["program.mjs"], { cwd: folder, encoding: "utf8" });
    expect(text).toContain("jobs_total 3\n");
  },
  BUILD_LIMIT_MS,
);
