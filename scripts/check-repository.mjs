import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";

const MAXIMUM_BYTES = 12 * 2 ** 20;

/** What no text of the repository may hold, and where. `what` completes "path:line: holds …". */
const FORBIDDEN = [
  {
    files: /./,
    // A path of one machine; `/home` inside a longer path or an address is not one.
    pattern: /(?<![\w.~/-])\/(?:work|home|root|Users)\/\w/,
    what: "an absolute path of one machine",
  },
  { files: /(^|\/)package-lock\.json$/, pattern: /"resolved":/, what: "a registry's address" },
  {
    files: /^test\/.*\.ts$/,
    pattern: /\b(?:describe|test|it|suite)\b(?:\.\w+)*\.(?:skip|only|todo|fails|skipIf|runIf)\b/,
    what: "a test that is not always run",
  },
];

function problemsOfText(path, text) {
  const rules = FORBIDDEN.filter(({ files }) => files.test(path));
  return text.split("\n").flatMap((line, index) => {
    const broken = rules.filter(({ pattern }) => pattern.test(line));
    return broken.map(({ what }) => `${path}:${index + 1}: holds ${what}`);
  });
}

function problemsOf(path) {
  const { size } = statSync(path);
  if (size > MAXIMUM_BYTES) return [`${path}: has ${size} bytes, more than ${MAXIMUM_BYTES}`];
  const content = readFileSync(path);
  return content.includes(0) ? [] : problemsOfText(path, content.toString("utf8"));
}

const listing = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
});
const files = listing.stdout.split("\0").filter((path) => path && existsSync(path));
const problems = files.flatMap(problemsOf);
for (const problem of problems) console.log(problem);
if (listing.status !== 0) console.log(listing.stderr);
process.exit(listing.status === 0 && problems.length === 0 ? 0 : 1);
