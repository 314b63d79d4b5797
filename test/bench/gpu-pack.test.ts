import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Packed {
  root: string;
  folder: string;
  forClone?: boolean;
  forBenches?: boolean;
  programs?: string | null;
  level?: string;
  node?: string;
}
const { pack } = (await benchModule("gpu/pack.mjs")) as {
  pack: (what: Packed) => { files: [string, number][]; treeMebibytes: number };
};

const place = mkdtempSync(path.join(tmpdir(), "tacho-pack-test-"));
const [root, folder] = [path.join(place, "root"), path.join(place, "packed")];
afterAll(() => rmSync(place, { recursive: true }));

const BUNDLE = "node_modules/node-llama-cpp/llama/gitRelease.bundle";
const NODE = "#!/bin/sh\necho v20.20.2\n";

function write(base: string, file: string, text = file): void {
  mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
  writeFileSync(path.join(base, file), text);
}

function git(cwd: string, ...args: string[]): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"];
  const { status, stderr } = spawnSync("git", [...identity, ...args], { cwd, encoding: "utf8" });
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
}

function commitAll(cwd: string): void {
  git(cwd, "init", "--quiet");
  git(cwd, "add", "--all");
  git(cwd, "commit", "--quiet", "--message", "x");
}

beforeAll(() => {
  const source = path.join(place, "llama");
  for (const file of ["CMakeLists.txt", "src/llama.cpp", "models/large.gguf", "ggml/src/ggml-cuda/a.cu"])
    write(source, file);
  write(source, "ggml/src/ggml-vulkan/shader.comp");
  commitAll(source);
  for (const file of [".gitignore", "package.json", "src/main.ts"]) write(root, file);
  write(root, ".gitignore", "node_modules/\nbuild/\ndist/\n");
  for (const file of ["dist/main.js", "build/Release/telemetry.node", "build/engine/Release/engine.node"])
    write(root, file);
  write(root, "build/sanitize/large");
  for (const name of [
    "vitest",
    "eslint",
    "@node-llama-cpp/linux-x64-cuda",
    `@node-llama-cpp/linux-${process.arch}`,
  ])
    write(root, `node_modules/${name}/index.js`);
  write(root, "node_modules/vitest/index.js.map");
  write(root, "node_modules/node-llama-cpp/llama/binariesGithubRelease.json");
  git(source, "bundle", "create", "--quiet", path.join(root, BUNDLE), "HEAD");
  commitAll(root);
  write(root, "node", NODE);
  chmodSync(path.join(root, "node"), 0o755);
  git(root, "add", "--all");
});

const packAs = (to: string, how: Partial<Packed> = {}) =>
  pack({ root, folder: to, level: "-0", node: path.join(root, "node"), programs: null, ...how });

const packed = (to: string, how?: Partial<Packed>) => packAs(to, how).files.map(([name]) => name);

function unpack(from: string, target: string) {
  return spawnSync("sh", [path.join(from, "unpack.sh"), target], { encoding: "utf8" });
}

test("what was packed is unpacked on a machine without git, npm and Node, ready to build and to run", () => {
  expect(packed(folder)).toContain("repository.tar.xz");
  const target = path.join(place, "there");
  expect(unpack(folder, target)).toMatchObject({ status: 0, stderr: "", stdout: "v20.20.2\n" });
  const at = (file: string) => path.join(target, file);
  for (const file of [
    "src/main.ts",
    "dist/main.js",
    "build/engine/Release/engine.node",
    "node_modules/vitest/index.js",
  ])
    expect(readFileSync(at(file), "utf8")).toBe(file);
  expect(existsSync(at(`node_modules/@node-llama-cpp/linux-${process.arch}/index.js`))).toBe(true);
  for (const file of ["node_modules/eslint", "node_modules/vitest/index.js.map", "build/sanitize", BUNDLE])
    expect(existsSync(at(file)), file).toBe(false);
  expect(existsSync(at("node_modules/@node-llama-cpp/linux-x64-cuda"))).toBe(false);
  const { commit, release } = JSON.parse(readFileSync(at("build/packed.json"), "utf8")) as Record<
    string,
    string
  >;
  expect(commit).toMatch(/^[0-9a-f]{12}/);
  // Where scripts/build-cuda.mjs looks for unpacked sources.
  const sources = at(`build/llama-cuda/source-${release}`);
  expect(readFileSync(path.join(sources, "ggml/src/ggml-cuda/a.cu"), "utf8")).toContain("a.cu");
  expect(existsSync(path.join(sources, "unpacked"))).toBe(true);
  expect(realpathSync(sources)).toBe(realpathSync(at("build/llama.cpp-source")));
  for (const unused of ["models", "ggml/src/ggml-vulkan"])
    expect(existsSync(path.join(sources, unused))).toBe(false);
});

test("for a clone it leaves out what git has", () => {
  const there = path.join(place, "for-clone");
  expect(packed(there)).toContain("repository.tar.xz");
  expect(packed(there, { forClone: true })).not.toContain("repository.tar.xz");
  // Nor is that of an earlier pack left, which would be unpacked over the clone.
  expect(existsSync(path.join(there, "repository.tar.xz"))).toBe(false);
});

test("it tells what a clone takes, of what git has and of what is new in it", () => {
  const clone = path.join(place, "clone");
  write(clone, ".gitignore", "build/\nnode_modules/\ndist/\n");
  write(clone, "large", "x".repeat(2 ** 20));
  for (const file of ["dist/main.js", "build/Release/telemetry.node", "build/engine/Release/engine.node"])
    write(clone, file);
  write(clone, `node_modules/@node-llama-cpp/linux-${process.arch}/index.js`);
  spawnSync("cp", ["-r", path.join(root, "node_modules/node-llama-cpp"), path.join(clone, "node_modules")]);
  commitAll(clone);
  write(clone, "new", "x".repeat(2 ** 19));
  write(clone, "build/ignored", "x".repeat(2 ** 20));
  const { treeMebibytes } = packAs(path.join(place, "of-clone"), { root: clone, forClone: true });
  expect(treeMebibytes).toBeCloseTo(1.5, 3);
});

describe("for the benches alone", () => {
  const LOCK = {
    "": {},
    "node_modules/fastify": {},
    "node_modules/fastify/node_modules/ajv": {},
    "node_modules/absent-here": { optional: true },
    "node_modules/node-llama-cpp": {},
    [`node_modules/@node-llama-cpp/linux-${process.arch}`]: { optional: true },
    "node_modules/@node-llama-cpp/linux-x64-cuda": { optional: true },
    "node_modules/vitest": { dev: true },
    "node_modules/typescript": { devOptional: true },
  };
  const programs = path.join(place, "programs");
  const installed = (target: string, file: string) => existsSync(path.join(target, "node_modules", file));

  beforeAll(() => {
    write(root, "package-lock.json", JSON.stringify({ packages: LOCK }));
    for (const name of ["fastify", "fastify/node_modules/ajv", "typescript"])
      write(root, `node_modules/${name}/index.js`);
    for (const name of ["llama-server", "libllama.so", "libggml-cuda.so"]) write(programs, name);
  });
  afterAll(() => rmSync(path.join(root, "build/cuda"), { recursive: true, force: true }));

  test("it leaves out what only tests need", () => {
    const there = path.join(place, "for-benches");
    expect(packed(there, { forBenches: true })).toContain("llama.cpp.tar.xz");
    const target = path.join(place, "benches");
    expect(unpack(there, target)).toMatchObject({ status: 0, stderr: "" });
    for (const name of ["fastify", "fastify/node_modules/ajv", `@node-llama-cpp/linux-${process.arch}`])
      expect(installed(target, `${name}/index.js`), name).toBe(true);
    for (const name of ["vitest", "typescript", "eslint", "@node-llama-cpp/linux-x64-cuda"])
      expect(installed(target, name), name).toBe(false);
    expect(JSON.parse(readFileSync(path.join(target, "build/packed.json"), "utf8"))).toMatchObject({
      forBenches: true,
    });
  });

  test("it leaves out llama.cpp's sources where both the back end and the peers were built from them", () => {
    const there = path.join(place, "built");
    write(root, "build/cuda/build.json", "{}");
    write(root, "build/cuda/libggml-cuda.so");
    expect(packed(there, { programs })).toContain("llama.cpp.tar.xz");
    expect(packed(there, { forBenches: true, programs: null })).toContain("llama.cpp.tar.xz");
    const names = packed(there, { forBenches: true, programs });
    expect(names).toEqual(expect.arrayContaining(["cuda.tar.xz", "peers.tar.xz"]));
    expect(names).not.toContain("llama.cpp.tar.xz");
    const target = path.join(place, "with-all-built");
    expect(unpack(there, target)).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(path.join(target, "build")).sort()).toEqual(
      ["Release", "cuda", "engine", "node", "packed.json", "peers"].sort(),
    );
    expect(readdirSync(path.join(target, "build/peers/build/bin")).sort()).toEqual([
      "libllama.so",
      "llama-server",
    ]);
  });
});

test("what was damaged on the way is not unpacked", () => {
  packed(folder);
  copyFileSync(path.join(folder, "addons.tar.xz"), path.join(folder, "modules.tar.xz"));
  const target = path.join(place, "damaged");
  const { status, stderr, stdout } = unpack(folder, target);
  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain("modules.tar.xz");
  expect(existsSync(path.join(target, "dist"))).toBe(false);
});
