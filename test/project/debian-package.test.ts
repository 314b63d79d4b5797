import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const SUITE = `
import { describe, expect, test } from "vitest";
import { debianPackage } from "${resolve("test/debian-package.ts")}";
describe("installed", () => {
  const { sh } = debianPackage("dash", ["sh"]);
  test("runs", () => expect(sh).toMatch(/\\/sh$/));
});
describe("missing", () => {
  debianPackage("no-such-package", ["no-such-program"]);
  test("never runs", () => expect.unreachable());
});
`;

interface Report {
  testResults: { message: string; assertionResults: { status: string; meta: { skipReason?: string } }[] }[];
}

describe("a test that needs a Debian package", () => {
  let folder = "";
  beforeAll(() => {
    // Inside the project, so that the suite finds vitest and its configuration, which looks for tests in test/.
    mkdirSync("build", { recursive: true });
    folder = mkdtempSync(resolve("build/debian-package-"));
    mkdirSync(join(folder, "test"));
    writeFileSync(join(folder, "test/suite.test.ts"), SUITE);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function runSuite(env: NodeJS.ProcessEnv) {
    const args = [resolve("node_modules/vitest/vitest.mjs"), "run", "--root", folder, "--reporter=json"];
    const options = {
      env: { ...process.env, CI: "", TACHO_REQUIRE_PACKAGES: "", ...env },
      encoding: "utf8",
    } as const;
    const { status, stdout } = spawnSync(process.execPath, args, options);
    return { status, results: (JSON.parse(stdout) as Report).testResults };
  }

  test("is skipped with its reason where the package is missing", () => {
    const { status, results } = runSuite({});
    expect(status).toBe(0);
    expect(results[0]?.assertionResults).toMatchObject([
      { status: "passed", meta: {} },
      {
        status: "skipped",
        meta: { skipReason: "needs the Debian package 'no-such-package' (apt-get install no-such-package)" },
      },
    ]);
  });

  test.each([{ CI: "true" }, { TACHO_REQUIRE_PACKAGES: "1" }])("fails there with %j", (env) => {
    const { status, results } = runSuite(env);
    expect(status).toBe(1);
    expect(results[0]?.message).toContain("needs the Debian package 'no-such-package'");
  });
});
