import { spawnSync } from "node:child_process";

/** As many empty lines as make a finding's line that of the Dockerfile. */
function script({ line, body }) {
  return `${"\n".repeat(line - 1)}${body}\n`;
}

/** Whether /bin/sh or SHELL's bash runs it; ARG and ENV are set outside it. */
function findings(run, shell) {
  const options = ["--shell", shell, "--format", "json1", "--exclude", "SC2154", "-"];
  const { stdout } = spawnSync("shellcheck", options, { input: script(run), encoding: "utf8" });
  return JSON.parse(stdout).comments.map(({ line, code, message }) => ({
    line,
    text: `SC${code}: ${message}`,
  }));
}

/** What shellcheck has to say of every RUN, as { line, text }; null where it is not installed. */
export function shellProblems(instructions) {
  if (spawnSync("shellcheck", ["--version"]).status !== 0) return null;
  let shell = "dash";
  return instructions.flatMap((instruction) => {
    if (instruction.name === "FROM") shell = "dash";
    if (instruction.name === "SHELL" && /bash/.test(instruction.text)) shell = "bash";
    return instruction.name === "RUN" && instruction.words === null ? findings(instruction, shell) : [];
  });
}
