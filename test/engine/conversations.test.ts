import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { writeRandomModel, type ArchitectureName } from "../../models/random/random-model.mjs";

const PROGRAM = fileURLToPath(new URL("programs/conversations.mjs", import.meta.url));
const LIMIT_MS = 120_000;

interface Outcome {
  layout: "separate" | "shared";
  scenario: string;
  promptTokens: number;
  /** What an engine that served nothing else generates. */
  wanted: string;
  text: string;
  cachedTokens: number;
}

const folder = mkdtempSync(path.join(tmpdir(), "tacho-conversations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function converse(architecture: ArchitectureName): Promise<Outcome[]> {
  const file = path.join(folder, `${architecture}.gguf`);
  await writeRandomModel(file, { architecture, type: "f32" });
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, file], {
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  return JSON.parse(stdout) as Outcome[];
}

test.each(["llama", "gemma3", "mamba", "jamba", "lfm2"] as const)(
  "%s generates the same whatever was served before and is served beside",
  async (architecture) => {
    const outcomes = await converse(architecture);
    expect(outcomes).toHaveLength(40);
    expect(new Set(outcomes.map(({ wanted }) => wanted)).size).toBeGreaterThan(5);
    for (const { wanted, ...outcome } of outcomes) {
      expect(outcome).toEqual({ ...outcome, text: wanted });
      expect(outcome.cachedTokens).toBeLessThan(outcome.promptTokens);
    }
  },
  LIMIT_MS,
);
