import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { debianPackage } from "../debian-package.js";

const SCRIPT = resolve("scripts/check-dockerfile.mjs");
/** Beside other tests and without much of a processor, the whole check takes a while. */
const PATIENCE_MS = 300_000;

async function module<Exports>(file: string): Promise<Exports> {
  return (await import(pathToFileURL(resolve("scripts/dockerfile", file)).href)) as Exports;
}

type Instructions = readonly object[];
interface Problem {
  line: number;
  text: string;
}
const { parseInstructions } = await module<{ parseInstructions: (text: string) => Instructions }>(
  "instruction.mjs",
);
const { RULES, brokenRules } = await module<{
  RULES: readonly { id: string }[];
  brokenRules: (instructions: Instructions) => Problem[];
}>("rules.mjs");
const { shellProblems } = await module<{ shellProblems: (instructions: Instructions) => Problem[] }>(
  "shellcheck.mjs",
);
const { ignores } = await module<{ ignores: (text: string) => (path: string) => boolean }>(
  "context-files.mjs",
);

/** Heeds the rules; with the files below it also passes the rest. */
const GOOD = `ARG NODE_VERSION=24.18.0
FROM node:\${NODE_VERSION}-bookworm-slim AS build
RUN apt-get update \\
  # A comment is no end.
  && apt-get install --yes --no-install-recommends git \\
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --chmod=644 package.json server.mjs ./
FROM node:\${NODE_VERSION}-bookworm-slim
WORKDIR /app
COPY --from=build /app/server.mjs ./
ENV TACHO_PORT=8080
USER 10001:10001
HEALTHCHECK --interval=10s CMD ["node", "--eval", "fetch('http://127.0.0.1:' + process.env.TACHO_PORT).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/server.mjs"]
`;

const SERVER = `
import { createServer } from "node:http";
createServer((_, response) => response.end()).listen(Number(process.env.TACHO_PORT), process.env.TACHO_HOST);
process.on("SIGTERM", () => process.exit(0));
`;

function changed([before, after]: readonly [string, string], text = GOOD): string {
  expect(text).toContain(before);
  return text.replace(before, after);
}

/** By rule: a change of the good Dockerfile that breaks it alone, and the line that is told. */
const BREAKS: Record<string, readonly [number, string, string]> = {
  DL3000: [7, "WORKDIR /app\nCOPY --chmod", "WORKDIR app\nCOPY --chmod"],
  DL3002: [13, "USER 10001:10001", "USER root"],
  DL3003: [3, "RUN apt-get update", "RUN cd /tmp && apt-get update"],
  DL3004: [3, "RUN apt-get update", "RUN sudo ls && apt-get update"],
  DL3006: [9, "FROM node:${NODE_VERSION}-bookworm-slim\n", "FROM node:24-bookworm-slim\n"],
  DL3007: [9, "FROM node:${NODE_VERSION}-bookworm-slim\n", "FROM node:latest\n"],
  DL3009: [3, "rm -rf /var/lib/apt/lists/*", "rm -rf /var/cache"],
  DL3012: [13, "USER 10001", 'HEALTHCHECK CMD ["true"]\nUSER 10001'],
  DL3014: [3, "--yes ", ""],
  DL3015: [3, "--no-install-recommends ", ""],
  DL3020: [8, "COPY --chmod=644 package", "ADD --chmod=644 package"],
  DL3021: [8, "server.mjs ./\nFROM", "server.mjs /app\nFROM"],
  DL3022: [11, "--from=build", "--from=builder"],
  DL3024: [9, "slim\nWORKDIR", "slim AS build\nWORKDIR"],
  DL3025: [15, '["node", "/app/server.mjs"]', "node /app/server.mjs"],
  DL3027: [3, "RUN apt-get update", "RUN apt update"],
  DL3045: [7, "WORKDIR /app\nCOPY --chmod", "COPY --chmod"],
  DL3057: [14, "HEALTHCHECK --interval=10s", "HEALTHCHECK NONE\n#"],
  DL4000: [13, "USER 10001", "MAINTAINER someone\nUSER 10001"],
  DL4003: [15, "ENTRYPOINT", 'CMD ["a"]\nCMD ["b"]\nENTRYPOINT'],
  DL4004: [15, "ENTRYPOINT", 'ENTRYPOINT ["true"]\nENTRYPOINT'],
  DL4006: [3, "RUN apt-get update", "RUN ls | wc && apt-get update"],
  SecretsUsedInArgOrEnv: [12, "ENV TACHO_PORT", "ENV TACHO_API_KEY=abc TACHO_PORT"],
  BuildToolInImage: [
    9,
    "FROM node:${NODE_VERSION}-bookworm-slim\n",
    "FROM nvidia/cuda:13.0.2-devel-ubuntu24.04\n",
  ],
  HostModes: [8, "COPY --chmod=644", "COPY --chmod=600"],
  HereDocument: [3, "RUN apt-get update", "RUN cat <<EOF && apt-get update"],
};

describe("the rules", () => {
  test("pass what heeds them, and each is broken below", () => {
    expect(brokenRules(parseInstructions(GOOD))).toEqual([]);
    expect(Object.keys(BREAKS)).toEqual(RULES.map(({ id }) => id));
  });

  test.each(Object.entries(BREAKS))("%s finds its line", (id, [line, before, after]) => {
    const problems = brokenRules(parseInstructions(changed([before, after])));
    expect(problems.map((problem) => [problem.line, problem.text.split(":")[0]])).toEqual([[line, id]]);
  });

  test("take a pipe where the shell tells of its failure, and an image's compiler before the last stage", () => {
    const shell = changed([
      "RUN apt-get",
      'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN ls | wc && apt-get',
    ]);
    expect(brokenRules(parseInstructions(shell))).toEqual([]);
    const compiler = changed(["recommends git", "recommends g++ make"]);
    expect(brokenRules(parseInstructions(compiler))).toEqual([]);
  });
});

describe("a RUN's shell", () => {
  debianPackage("shellcheck", ["shellcheck"]);
  test("is checked, with the line of the Dockerfile", () => {
    const text = changed(["apt/lists/*", "apt/lists/* \\\n  # another\n  && rm $LIST"]);
    expect(shellProblems(parseInstructions(text))).toMatchObject([{ line: 8, text: /^SC2086: / }]);
    expect(shellProblems(parseInstructions(GOOD))).toEqual([]);
  });
});

describe(".dockerignore", () => {
  const isIgnored = ignores(
    "# all\n*\n!src\n!models/*.gguf\n**/.env*\nsrc/*/tests/\n!/src/a/tests/kept.ts\n",
  );
  test.each([
    ["README.md", true],
    ["src/a/b/main.ts", false],
    ["source", true],
    ["models/a.gguf", false],
    ["models/deep/a.gguf", true],
    ["src/.env.local", true],
    ["src/a/not.env", false],
    ["src/a/tests/b.ts", true],
    ["src/a/tests/kept.ts", false],
    ["src/a/b/tests/b.ts", false],
  ])("%s: %s", (path, expected) => expect(isIgnored(path)).toBe(expected));
});

describe("the check", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tacho-check-"));
    spawnSync("git", ["init", "--quiet", folder]);
    write("package.json", `{ "scripts": { "fetch": "rm nothing && wget it" } }`);
    write("server.mjs", SERVER);
    write("secret/notes.txt", "");
    write("scripts/build-cuda.mjs", `import { build } from "./cuda/build.mjs";\nbuild();\n`);
    write("scripts/cuda/build.mjs", "export const build = () => undefined;\n");
    write(".dockerignore", "secret\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }

  function check(text: string): string[] {
    write("Dockerfile", text);
    const { stdout, stderr, status } = spawnSync(process.execPath, [SCRIPT, "Dockerfile"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const lines = stdout.split("\n").filter((line) => line.startsWith("Dockerfile:"));
    expect(status).toBe(lines.length === 0 ? 0 : 1);
    return lines;
  }

  const inBuild = (line: string) =>
    changed([
      "FROM node:${NODE_VERSION}-bookworm-slim\n",
      `${line}\nFROM node:\${NODE_VERSION}-bookworm-slim\n`,
    ]);

  test("passes a server that starts, is healthy and ends", { timeout: PATIENCE_MS }, () => {
    expect(check(GOOD)).toEqual([]);
  });

  test.each([
    ["COPY --chmod=644 secret/notes.txt ./", "COPY secret/notes.txt: .dockerignore leaves it out"],
    ["COPY --chmod=755 secret secret", "COPY secret: .dockerignore leaves it out"],
    ["COPY --chmod=755 sources sources", "COPY sources: git knows no such file or folder"],
    ["RUN npm run bundle", "npm run bundle: package.json has no such script"],
    ["RUN npm run fetch", "'rm nothing' failed: rm: cannot remove 'nothing': No such file or directory"],
    ["RUN make all", "make is neither in the base image nor in a package that is installed before"],
    [
      "RUN rm -rf ../../..",
      "'rm -rf ../../..': expected paths without '..' and '~', which may lead out of the stage",
    ],
    [
      "RUN node scripts/build-cuda.mjs",
      "node scripts/build-cuda.mjs: no COPY before it brings such a script",
    ],
    [
      "COPY --chmod=644 scripts/build-cuda.mjs scripts/\nRUN node scripts/build-cuda.mjs",
      "scripts/build-cuda.mjs imports scripts/cuda/build.mjs, which no COPY before it brings",
    ],
    [
      "COPY --chmod=755 scripts scripts\nRUN node scripts/build-cuda.mjs",
      "scripts/build-cuda.mjs needs the package g++",
    ],
    ["RUN npm ci", "npm ci reads package-lock.json, which no COPY before it brings"],
  ])("finds what is wrong with %s", (instructions, problem) => {
    const line = 8 + instructions.split("\n").length;
    expect(check(inBuild(instructions))).toEqual([`Dockerfile:${line}: ${problem}`]);
  });

  test.each([
    [
      ["/app/server.mjs ./", "/app/dist ./"],
      11,
      "COPY --from=build /app/dist: nothing in that stage makes it",
    ],
    [
      ["install-recommends git", "install-recommends gti"],
      3,
      "gti is no package of Ubuntu that scripts/dockerfile/ubuntu-packages.mjs knows",
    ],
    [
      ["slim AS build", "trixie AS build"],
      2,
      "FROM node:24.18.0-bookworm-trixie is no image that scripts/dockerfile/base-images.mjs knows",
    ],
    [
      ["TACHO_PORT=8080", "TACHO_MODELS_DIR=/models"],
      15,
      "TACHO_MODELS_DIR=/models names a path that is not in the image",
    ],
    [['["node", "/app', '["bun", "/app'], 15, "bun is not in the image"],
    [
      ["ok ? 0 : 1), () => process.exit(1)", "ok ? 0 : 1), () => process.exit(0)"],
      15,
      "HEALTHCHECK passes without a server",
    ],
    [["ok ? 0 : 1)", "ok ? 1 : 1)"], 15, "HEALTHCHECK fails while the server is ready"],
  ] as const)("tells of %j", { timeout: PATIENCE_MS }, (change, line, problem) => {
    expect(check(changed(change))).toEqual([`Dockerfile:${line}: ${problem}`]);
  });

  test.each([
    ["process.exit(0)", "process.exit(3)", "expected exit code 0 after SIGTERM, but the server ended with 3"],
    [
      "import {",
      "missing(); import {",
      "expected /readyz to answer 200, but the server ended with 1: ReferenceError: missing is not defined",
    ],
    [
      "import {",
      'process.kill(process.pid, "SIGKILL"); import {',
      "expected /readyz to answer 200, but the server ended with SIGKILL",
    ],
  ])("tells of a server with %s as %s", { timeout: PATIENCE_MS }, (before, after, problem) => {
    write("server.mjs", changed([before, after], SERVER));
    expect(check(GOOD)).toEqual([`Dockerfile:15: ${problem}`]);
  });

  test("takes its server and its folder along when it is ended", { timeout: PATIENCE_MS }, async () => {
    const place = join(folder, "place.json");
    const tell = `import { writeFileSync } from "node:fs";
      writeFileSync(${JSON.stringify(place)}, JSON.stringify([process.pid, import.meta.dirname]));`;
    write("server.mjs", tell + changed(["response.end()", "response.writeHead(503).end()"], SERVER));
    write("Dockerfile", GOOD);
    const running = spawn(process.execPath, [SCRIPT, "Dockerfile"], { cwd: folder, stdio: "ignore" });
    const ended = once(running, "exit");
    const placeOf = () => JSON.parse(readFileSync(place, "utf8")) as [number, string];
    const [pid, stage] = await vi.waitFor(placeOf, { timeout: PATIENCE_MS, interval: 5 });
    running.kill("SIGTERM");
    expect(await ended).toEqual([143, null]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(existsSync(stage)).toBe(false);
  });
});

describe("Dockerfile.cuda", () => {
  const text = readFileSync("Dockerfile.cuda", "utf8");

  test("passes", { timeout: PATIENCE_MS }, () => {
    const installed = readFileSync("node_modules/.package-lock.json", "utf8");
    const { stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: "utf8" });
    const problems = stdout.split("\n").filter((line) => line.startsWith("Dockerfile.cuda:"));
    expect([problems, stderr]).toEqual([[], ""]);
    // Its stand-in for npm prune works on hard links.
    expect(readFileSync("node_modules/.package-lock.json", "utf8")).toBe(installed);
    expect(existsSync("node_modules/node-llama-cpp/llama/gitRelease.bundle")).toBe(true);
  });

  test("has the user, port and models that compose and Kubernetes count on, and the package's version", () => {
    const compose = readFileSync("deploy/compose.yml", "utf8");
    const deployment = readFileSync("deploy/kubernetes/base/deployment.yml", "utf8");
    const user = /^USER (\d+):(\d+)$/m.exec(text)!;
    expect(compose).toContain(`user: "${user[1]}:${user[2]}"`);
    expect(deployment).toContain(`runAsUser: ${user[1]}\n        runAsGroup: ${user[2]}\n`);
    const port = /^EXPOSE (\d+)$/m.exec(text)![1];
    expect(text).toContain(`TACHO_PORT=${port} TACHO_MODELS_DIR=/models`);
    // Where this user may write with deploy/'s read-only root as well.
    expect(text).toMatch(/ CUDA_CACHE_PATH=\/models\/.*\n/);
    for (const file of [compose, deployment]) {
      expect(file).toMatch(new RegExp(`TACHO_PORT(?:: |, value: )"${port}"`));
      expect(file).toMatch(/TACHO_MODELS_DIR(?:: |, value: )\/models/);
    }
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(text).toContain(`\nARG VERSION=${version}\n`);
  });
});
