import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { setup } from "./setup.mjs";

const REPORT = "build/logs/vitest.json";

function runVitest(args) {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const command = ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...args];
  return spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
}

/** Null where vitest ended before it could report. */
function readReport() {
  try {
    return JSON.parse(readFileSync(REPORT, "utf8"));
  } catch {
    return null;
  }
}

function testsIn(report, status) {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((test) => test.status === status)
      .map((test) => ({ ...test, file: relative(process.cwd(), name) })),
  );
}

/** A file that failed outside its tests (an import, a hook) counts as one failure: no test of it says so. */
function failuresOutsideTests(report) {
  return report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
}

function printSkipped(report) {
  for (const { file, fullName, meta } of testsIn(report, "skipped"))
    console.log(`skipped: ${file}: ${fullName.trim()}: ${meta.skipReason ?? "no reason given"}`);
}

/** The last line of the run; CI reads it. */
function printClosingLine(report, status) {
  const passed = report?.numPassedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  let failed = report ? report.numFailedTests + failuresOutsideTests(report) : 0;
  if (status !== 0 && failed === 0) failed = 1; // An error that belongs to no file, told above by vitest.
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
}

await setup();
process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
rmSync(REPORT, { force: true });
const status = runVitest(process.argv.slice(2));
const report = readReport();
if (report) printSkipped(report);
printClosingLine(report, status);
process.exit(status);
