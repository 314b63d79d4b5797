import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { emitTelemetry, ROOT } from "./fixture.js";

const INDEX = emitTelemetry(join(ROOT, "build/test-embedding"));
const PROGRAM = join(ROOT, "test/telemetry/programs/embedder.mjs");
const DOORS = ["fastify.js", "opentelemetry.js", "prom-client.js"];

interface Coverage {
  result: { url: string }[];
}

/** What a program of these steps loads: V8 lists every script for its coverage, Node's report the addons. */
function loadedBy(...steps: string[]): { scripts: string[]; addons: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "tacho-coverage-"));
  const env = { ...process.env, NODE_V8_COVERAGE: folder };
  const { stdout, stderr } = spawnSync(process.execPath, [PROGRAM, INDEX, ...steps], {
    env,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const reports = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  rmSync(folder, { recursive: true });
  const urls = reports.flatMap((report) => (JSON.parse(report) as Coverage).result.map(({ url }) => url));
  const files = urls.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
  return { scripts: files.filter((file) => file !== PROGRAM), addons: JSON.parse(stdout) as string[] };
}

function outside(files: readonly string[]): string[] {
  return files.filter((file) => !file.startsWith(`${dirname(INDEX)}/`));
}

describe("a program that embeds the telemetry", () => {
  it("loads no file but the module's own, and its addon when it opens it", () => {
    const imported = loadedBy();
    expect(imported.scripts.map((file) => basename(file))).toContain("telemetry.js");
    expect(outside(imported.scripts)).toEqual([]);
    expect(imported.addons).toEqual([]);

    const opened = loadedBy("record");
    expect(outside(opened.scripts)).toEqual([]);
    expect(opened.addons.map((file) => relative(realpathSync(ROOT), realpathSync(file)))).toEqual([
      "build/Release/telemetry.node",
    ]);
  });

  it("loads what HTTP needs only when it listens", () => {
    const names = loadedBy("record").scripts.map((file) => basename(file));
    expect(names).not.toContain("listen.js");
    expect(names).not.toContain("scrape.js");
  });

  it("loads @opentelemetry/api only for metrics with exemplars", () => {
    const packages = outside(loadedBy("trace").scripts);
    expect(packages).not.toEqual([]);
    expect(packages.filter((file) => !file.includes("/node_modules/@opentelemetry/api/"))).toEqual([]);
  });

  it("loads nothing of the libraries that a door leads to", () => {
    const { scripts } = loadedBy(...DOORS.map((door) => join(dirname(INDEX), "doors", door)));
    expect(scripts.map((file) => basename(file))).toEqual(expect.arrayContaining(DOORS));
    expect(outside(scripts)).toEqual([]);
  });
});

interface Manifest {
  exports: Record<string, { types: string; default: string }>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
}

describe("the package", () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;

  it("exports the telemetry and its doors, each from its source", () => {
    const paths = ["", "/fastify", "/opentelemetry", "/prom-client"].map((path) => `./telemetry${path}`);
    expect(Object.keys(manifest.exports)).toEqual(paths);
    for (const [path, { types, default: code }] of Object.entries(manifest.exports)) {
      const stem =
        path === "./telemetry" ? "telemetry/index" : path.replace("./telemetry/", "telemetry/doors/");
      expect([types, code]).toEqual([`./dist/${stem}.d.ts`, `./dist/${stem}.js`]);
      expect(existsSync(join(ROOT, `src/${stem}.ts`))).toBe(true);
    }
  });

  it("needs none of the libraries that its doors lead to", () => {
    const peers = Object.keys(manifest.peerDependencies);
    expect(peers).toEqual(["@opentelemetry/api", "@opentelemetry/sdk-metrics", "prom-client"]);
    for (const peer of peers) expect(manifest.peerDependenciesMeta[peer]).toEqual({ optional: true });
  });
});
