import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const script = fileURLToPath(new URL("../../bench/summary.mjs", import.meta.url));
const committed = fileURLToPath(new URL("../../bench/results", import.meta.url));
const readme = fileURLToPath(new URL("../../README.md", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "bench-summary-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(...args: string[]): string {
  return execFileSync(process.execPath, [script, ...args], { encoding: "utf8" }).trim();
}

/** What stands between the marks of a document; empty without them. */
function summaryIn(text: string): string {
  return /<!-- bench summary[^>]*-->\n([^]*?)\n<!-- end of bench summary -->/.exec(text)?.[1]?.trim() ?? "";
}

// Both empty as long as none are committed; uncommitted ones go elsewhere by default.
test("the README's summary is that of the committed results", () => {
  expect(summaryIn(readFileSync(readme, "utf8"))).toBe(run("--results", committed));
});

const about = {
  date: "2026-01-02T03:04:05.000Z",
  machine: { cpu: "A CPU", cores: 2, node: "v22.1.0" },
  versions: { "llama.cpp": "v1" },
  options: { shape: "small", type: "q8_0", threads: 1, rounds: 5 },
};
const spread = (median: number) => ({ median, least: median - 1, most: median + 1 });
const party = (rate: number) => ({
  rate: spread(rate),
  "TTFT ms p95": spread(7),
  "gap ms p99": spread(8),
  "switches/token": spread(2),
  "server CPU ms/token": spread(3),
});

/** A result of one row, in which tacho makes 1500 tokens a second. */
function writeResult(tooBusy: boolean): void {
  const parties = { tacho: party(1500), "llama-server": party(1000) };
  const ratio = { ofMedians: 1.5, perRound: { median: 1.4, least: 1.3, most: 1.6 } };
  const figures = [{ streams: 16, parties, rateRatios: { "llama-server": ratio } }];
  const result = { ...about, others: { tooBusy }, figures };
  writeFileSync(join(folder, "serve-closed.json"), JSON.stringify(result));
}

test("a summary goes between the marks of a document, and says where and how it was measured", () => {
  const document = join(folder, "a.md");
  writeResult(false);
  writeFileSync(document, "before\n<!-- bench summary -->\nold\n<!-- end of bench summary -->\nafter\n");
  run("--results", folder, document);
  const text = readFileSync(document, "utf8");
  expect(text).toMatch(/^before\n[^]*after\n$/);
  expect(summaryIn(text)).toBe(run("--results", folder));
  expect(text).toContain("| 16 | 1,500 / 1,000 | 1.4 (1.3–1.6) | 7 / 7 | 8 / 8 | 2 / 2 | 3 / 3 |");
  expect(text).toContain(
    "A CPU, 2 cores, Node 22.1.0, 2026-01-02; llama.cpp v1; random weights, shape small, q8_0",
  );
  expect(text).not.toContain("busy");
});

test("a ratio stands beside the figures of the party that it is of", () => {
  const parties = {
    tacho: party(1500),
    "tacho-host-sampling": party(1200),
    "llama-server": party(1000),
  };
  const ratio = { own: "tacho-host-sampling", perRound: { median: 1.2, least: 1.1, most: 1.3 } };
  const figures = [{ streams: 16, parties, rateRatios: { "llama-server": ratio } }];
  const result = { ...about, others: { tooBusy: false }, figures };
  writeFileSync(join(folder, "serve-closed.json"), JSON.stringify(result));
  expect(run("--results", folder)).toContain("| 16 | 1,200 / 1,000 | 1.2 (1.1–1.3) |");
});

test("a summary of a busy machine's figures says so", () => {
  writeResult(true);
  expect(run("--results", folder)).toContain("**The machine was busy meanwhile");
});
