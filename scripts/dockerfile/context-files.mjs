import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** As Docker reads a pattern: `*` ends at a slash, `**` does not. */
function expressionOf(pattern) {
  const parts = pattern.split(/(\*\*\/?|\*|\?)/).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replaceAll(/[.+^${}()|\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}

function ruleOf(line) {
  const excepts = line.startsWith("!");
  const pattern = line.slice(excepts ? 1 : 0).replaceAll(/^\/+|\/+$/g, "");
  return { excepts, expression: expressionOf(pattern) };
}

/** Whether a .dockerignore's text leaves a path out: the last rule that matches it or a folder above decides. */
export function ignores(text) {
  const lines = text.split("\n").map((line) => line.trim());
  const rules = lines.filter((line) => line !== "" && !line.startsWith("#")).map(ruleOf);
  return (path) => {
    const parts = path.split("/");
    const above = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    const last = rules.findLast(({ expression }) => above.some((folder) => expression.test(folder)));
    return last !== undefined && !last.excepts;
  };
}

/** The files of the build context: what git tracks or would track, without what .dockerignore leaves out. */
export function contextFiles() {
  const listing = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  const isIgnored = ignores(existsSync(".dockerignore") ? readFileSync(".dockerignore", "utf8") : "");
  const files = [...new Set(listing.stdout.split("\0"))].filter((path) => path !== "" && existsSync(path));
  return { files: files.filter((path) => !isIgnored(path)), ignored: files.filter(isIgnored) };
}
