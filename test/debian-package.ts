import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { beforeEach } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Why the test was skipped; `npm test` prints it. */
    skipReason?: string;
  }
}

/** Where a missing package is a failure: CI installs them all, so there it can only be a mistake. */
function packagesAreRequired(): boolean {
  return process.env.CI === "true" || process.env.TACHO_REQUIRE_PACKAGES === "1";
}

function findProgram(name: string): string | undefined {
  if (isAbsolute(name)) return existsSync(name) ? name : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Paths of the programs that a Debian package brings; of a library, absolute paths of its files. Called in a `describe` (or at the top of a file), it
 * skips every test there with the reason when the package is missing, and fails them all in CI.
 * Hooks still run: start the programs in the tests or in lazy fixtures, never in `beforeAll`.
 */
export function debianPackage<Program extends string>(
  name: string,
  programs: readonly Program[],
): Record<Program, string> {
  const found = programs.map((program) => [program, findProgram(program)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([program]) => program);
  if (missing.length > 0) {
    const reason = `needs the Debian package '${name}' (apt-get install ${name})`;
    if (packagesAreRequired()) throw new Error(`${reason}: ${missing.join(", ")} not found`);
    beforeEach(({ skip, task }) => {
      task.meta.skipReason = reason;
      skip(reason);
    });
  }
  return Object.fromEntries(found.map(([program, path]) => [program, path ?? program])) as Record<
    Program,
    string
  >;
}
