// Runs cases in processes of their own, taking turns, and takes the median of each figure.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "../figures.mjs";

/** Runs a program of this folder; it prints its figures as JSON. */
export function runCase(program, args, flags = []) {
  return runProgram(process.execPath, [
    ...flags,
    fileURLToPath(new URL(program, import.meta.url)),
    ...args.map(String),
  ]);
}

export function runProgram(program, args) {
  return JSON.parse(execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
}

/** `cases` maps names to functions that make one round's figures. The same names, with the medians. */
export function inRounds(rounds, cases) {
  const figures = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const [name, run] of Object.entries(cases)) figures[name].push(run());
  }
  return Object.fromEntries(Object.entries(figures).map(([name, results]) => [name, medians(results)]));
}

/** Of values of one shape: the median where they are numbers, else their parts'. */
function medians(values) {
  const [first] = values;
  if (typeof first === "number") return median(values);
  const parts = Object.keys(first).map((key) => [key, medians(values.map((value) => value[key]))]);
  return Array.isArray(first) ? parts.map(([, value]) => value) : Object.fromEntries(parts);
}
