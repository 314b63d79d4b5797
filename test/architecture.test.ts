import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { forbiddenImports } from "./project/import-rules.js";
import { referencesOf, unreachable } from "./project/source-references.js";

/** What is started from outside: the command line and the published modules. */
const ROOTS = [
  "main.ts",
  ...["index.ts", "doors/fastify.ts", "doors/opentelemetry.ts", "doors/prom-client.ts"].map(
    (file) => `telemetry/${file}`,
  ),
];

function filesUnder(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((path) => /\.\w+$/.test(path)).sort();
}

interface Include {
  file: string;
  header: string;
  quoted: boolean;
}

function includesOf(file: string, text: string): Include[] {
  const lines = text.matchAll(/^\s*#\s*include\s*([<"])([^>"]+)/gm);
  return Array.from(lines, ([, bracket, header]) => ({ file, header: header!, quoted: bracket === '"' }));
}

describe("the sources", () => {
  const files = filesUnder("src").filter((path) => path.endsWith(".ts"));
  const references = files.flatMap((file) => referencesOf(file, readFileSync(join("src", file), "utf8")));

  test("import only along the design's arrows", () => {
    expect(references.length).toBeGreaterThan(0);
    expect(forbiddenImports(references)).toEqual([]);
  });

  test("are all reachable from the command line or the published modules", () => {
    expect(unreachable(files, references, ROOTS)).toEqual([]);
  });

  test("refer only to files that exist", () => {
    const named = references.map(({ to }) => to).filter((to) => to.endsWith(".ts"));
    expect(named.filter((file) => !existsSync(join("src", file)))).toEqual([]);
  });
});

/** Each native core, and the folders whose headers it may include. */
const CORES = [
  ["native/telemetry", ["native/telemetry/"]],
  ["native/engine", ["native/engine/", "native/telemetry/"]],
] as const;

describe.each(CORES)("%s", (folder, allowed) => {
  const core = filesUnder(folder).filter((file) => !/(^|\/)(addon|tests)\//.test(file));
  const includes = core.flatMap((file) => includesOf(file, readFileSync(join(folder, file), "utf8")));

  test("knows nothing of Node outside addon/", () => {
    expect(core.length).toBeGreaterThan(0);
    const nodeHeader = /^(node_api|js_native_api|napi|node|uv|v8)\.h$/;
    expect(includes.filter(({ header }) => nodeHeader.test(basename(header)))).toEqual([]);
  });

  test("includes only headers of the folders below it", () => {
    const own = includes.filter(({ quoted }) => quoted);
    const paths = own.map(({ file, header }) => join(folder, dirname(file), header));
    const foreign = paths.filter(
      (path) => existsSync(path) && !allowed.some((root) => path.startsWith(root)),
    );
    expect(foreign).toEqual([]);
  });
});

describe("the checker", () => {
  test("reads both forms of #include", () => {
    const text = `#include <node_api.h>\n  # include "../engine/loop.hpp"\n// #include "no.hpp"\n`;
    expect(includesOf("a.cpp", text)).toEqual([
      { file: "a.cpp", header: "node_api.h", quoted: false },
      { file: "a.cpp", header: "../engine/loop.hpp", quoted: true },
    ]);
  });

  test.each([
    ["main.ts", `import { Worker } from "./engine/worker.js";`, "engine/worker.ts"],
    ["server/a.ts", `export * from "../engine/host.js";`, "engine/host.ts"],
    ["server/a.ts", `const pool = await import("piscina");`, "piscina"],
    ["server/a.ts", `type Host = import("../engine/host.js").Host;`, "engine/host.ts"],
    ["engine/a.ts", `import "../server/routes.js";`, "server/routes.ts"],
    ["engine/a.ts", `import type { X } from "fastify/lib/route.js";`, "fastify"],
    ["metrics/a.ts", `import { Registry } from "prom-client";`, "prom-client"],
    ["telemetry/a.ts", `import { catalog } from "../metrics/catalog.js";`, "metrics/catalog.ts"],
    [
      "telemetry/a.ts",
      `const t = require("@fastify/type-provider-typebox");`,
      "@fastify/type-provider-typebox",
    ],
    ["telemetry/a.ts", `import fs = require("fs");`, "fs"],
    ["telemetry/a.ts", `import type { Registry } from "prom-client";`, "prom-client"],
    ["telemetry/doors/fastify.ts", `import fastify from "fastify";`, "fastify"],
    ["telemetry/doors/fastify.ts", `import { type FastifyInstance } from "fastify";`, "fastify"],
    ["telemetry/doors/prom-client.ts", `export { Registry } from "prom-client";`, "prom-client"],
  ])("finds in %s the forbidden %s", (file, text, target) => {
    expect(forbiddenImports(referencesOf(file, text))).toEqual([`src/${file} must not import ${target}`]);
  });

  test.each([
    ["main.ts", `import { serve } from "./server/serve.js";`],
    ["server/a.ts", `import type { Step } from "../engine/messages.js";`],
    ["server/a.ts", `const host = new URL("../engine/host.js", import.meta.url);`],
    ["engine/a.ts", `import { getLlama } from "node-llama-cpp";`],
    ["telemetry/a.ts", `import { readFileSync } from "node:fs";`],
    ["telemetry/doors/fastify.ts", `import type { FastifyInstance } from "fastify";`],
    ["telemetry/doors/prom-client.ts", `export type { Registry } from "prom-client";`],
  ])("allows in %s the arrow of %s", (file, text) => {
    expect(forbiddenImports(referencesOf(file, text))).toEqual([]);
  });

  test("finds a folder that is no layer", () => {
    const references = referencesOf("utils/a.ts", `import "node:fs";`);
    expect(forbiddenImports(references)).toEqual(["src/utils/a.ts belongs to no layer"]);
  });

  test("finds a file that nothing names, and follows processes and threads to theirs", () => {
    const references = [
      ...referencesOf("main.ts", `spawn(new URL("./engine/host.js", import.meta.url));`),
      ...referencesOf("engine/host.ts", `import "./pool.js";`),
      ...referencesOf("engine/lost.ts", `import "./pool.js";`),
    ];
    const files = ["main.ts", "engine/host.ts", "engine/pool.ts", "engine/lost.ts"];
    expect(unreachable(files, references, ["main.ts"])).toEqual(["engine/lost.ts"]);
  });
});
