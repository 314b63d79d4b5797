import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { declared, outdated } from "./metrics-docs.mjs";
import { documents } from "./metrics/documents.mjs";
import { gpuMetrics } from "./metrics/gpu-table.mjs";
import { familyOf, lint } from "./metrics/promlint.mjs";
import { setup } from "./setup.mjs";

const PROMETHEUS_FOLDER = "deploy/prometheus";

/** Each gives lines that say what is wrong, or a text in place of them why it did not look. */
const STEPS = {
  names: ({ parts, runtime }) => {
    const ours = [...Object.values(parts).flatMap(Object.values), ...Object.values(runtime), ...gpuMetrics()];
    return lint(ours.map(familyOf));
  },
  documents: (all) =>
    outdated(documents(all)).map((path) => `${path} is not what \`npm run metrics:docs\` writes`),
  rules: () => checkFiles("rules", (file) => /rules?\b.*\.ya?ml$/.test(file) && !/test/.test(file)),
  configurations: () => checkFiles("config", (file) => /^prometheus.*\.ya?ml$/.test(file)),
};

function checkFiles(kind, isWanted) {
  if (!existsSync(PROMETHEUS_FOLDER)) return `there is no ${PROMETHEUS_FOLDER}`;
  if (spawnSync("promtool", ["--version"]).status !== 0)
    return "needs the Debian package 'prometheus' (apt-get install prometheus)";
  const files = readdirSync(PROMETHEUS_FOLDER, { recursive: true }).filter(isWanted);
  return files.flatMap((file) => {
    const { status, stdout, stderr } = spawnSync("promtool", ["check", kind, join(PROMETHEUS_FOLDER, file)], {
      encoding: "utf8",
    });
    return status === 0 ? [] : [`${file}: ${stdout}${stderr}`];
  });
}

await setup();
process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const all = await declared();
for (const [name, step] of Object.entries(STEPS)) {
  const problems = step(all);
  if (typeof problems === "string") {
    console.log(`${name}: skipped: ${problems}`);
    continue;
  }
  console.log([`${name}: ${problems.length === 0 ? "ok" : "FAILED"}`, ...problems].join("\n  "));
  if (problems.length > 0) process.exitCode = 1;
}
