import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-setup-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("npm run build", () => {
  test("names each missing tool and its Debian package in one line", () => {
    const env = { PATH: folder };
    const { status, stderr } = spawnSync(process.execPath, ["scripts/setup.mjs"], { env, encoding: "utf8" });
    const missing = Array.from(
      stderr.matchAll(/^Expected .* not found\. On Debian: apt-get install (.*)$/gm),
    );
    expect(missing.map(([, name]) => name)).toEqual(["npm", "g++", "make", "python3", "git", "cmake"]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(missing.length);
    expect(status).toBe(1);
  });
});

describe("a phase", () => {
  const runner = pathToFileURL(resolve("scripts/phase-runner.mjs")).href;
  /** Appends its input to its output, so that the output tells how often it ran. */
  const driver = `
    import { runPhases } from "${runner}";
    const phase = {
      name: "copy", title: "copying", tools: ["git"], inputs: ["input", "folder"], output: "output", discard: ["objects"],
      commands: () => [["sh", "-c", "cat input >> output && test ! -e broken || (seq 100; exit 3)"]],
    };
    try { console.log(await runPhases([phase], () => undefined)); }
    catch (error) { console.log(error.constructor.name + ": " + error.message); }`;

  function run(env: NodeJS.ProcessEnv = {}): string {
    const args = ["--input-type=module", "--eval", driver];
    const options = { cwd: folder, env: { ...process.env, ...env }, encoding: "utf8" } as const;
    return spawnSync(process.execPath, args, options).stdout.trim();
  }

  beforeEach(() => {
    writeFileSync(join(folder, "input"), "a");
    expect(run()).toBe("1");
  });

  const output = () => readFileSync(join(folder, "output"), "utf8");

  test("does not run again while nothing changed", () => {
    expect(run()).toBe("0");
    expect(output()).toBe("a");
  });

  test("runs again when the contents of an input change", () => {
    writeFileSync(join(folder, "input"), "b");
    expect(run()).toBe("1");
    expect(output()).toBe("ab");
    expect(run()).toBe("0");
  });

  test("runs again when its output is gone", () => {
    rmSync(join(folder, "output"));
    expect(run()).toBe("1");
    expect(output()).toBe("a");
  });

  test("starts from nothing when the compiler's flags change", () => {
    writeFileSync(join(folder, "objects"), "");
    expect(run({ CXXFLAGS: "-O0" })).toBe("1");
    expect(existsSync(join(folder, "objects"))).toBe(false);
  });

  test("that fails shows the end of its output and its log, and runs again", () => {
    writeFileSync(join(folder, "broken"), "");
    writeFileSync(join(folder, "input"), "b");
    const message = run();
    expect(message).toMatch(/^CommandFailed: sh -c .*\n71\n72\n/);
    expect(message).toMatch(/\n99\n100\n\nexit code 3; the whole log: build\/logs\/copy\.log$/);
    rmSync(join(folder, "broken"));
    expect(run()).toBe("1");
  });
});
