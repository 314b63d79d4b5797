import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readGgufFileInfo } from "node-llama-cpp";
import { afterAll, expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("../../models/random/main.mjs", import.meta.url));

const folder = mkdtempSync(path.join(tmpdir(), "tacho-command-"));
const out = path.join(folder, "out.gguf");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...flags: string[]) => spawnSync(process.execPath, [COMMAND, ...flags], { encoding: "utf8" });

test("it writes the model that its flags name", async () => {
  const flags = ["--architecture", "mamba", "--shape", "tiny-draft", "--type", "f16", "--seed", "7"];
  expect(run(...flags, out)).toMatchObject({ status: 0, stdout: "", stderr: "" });
  const { metadata, fullTensorInfo } = await readGgufFileInfo(out);
  expect(metadata.general).toMatchObject({ architecture: "mamba", file_type: 1 });
  expect(fullTensorInfo?.map(({ name }) => name)).toContain("blk.0.ssm_in.weight");
});

test("with --lora-rank it writes an adapter", async () => {
  expect(run("--lora-rank", "4", out)).toMatchObject({ status: 0, stderr: "" });
  const { fullTensorInfo } = await readGgufFileInfo(out);
  expect(fullTensorInfo?.find(({ name }) => name === "blk.0.attn_q.weight.lora_a")?.dimensions).toEqual([
    512, 4,
  ]);
});

test.each([
  [["--seed", "-1x", "refused.gguf"], /^Option '--seed'/],
  [["--seed=one", "refused.gguf"], /^seed: expected a whole number, received one\n/],
  [["--shape", "huge", "refused.gguf"], /^shape: expected one of tiny, .*, received huge\n/],
  [["--color", "refused.gguf"], /^Unknown option '--color'/],
  [
    ["--lora-rank", "4", "--architecture", "mamba", "refused.gguf"],
    /^architecture: expected one with attention/,
  ],
  [[], /^OUT\.gguf: expected one path, received none\n/],
])("%o is refused with the usage, and writes nothing", (flags, message) => {
  const { status, stdout, stderr } = run(...flags);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr).toContain("usage: node models/random/main.mjs");
  expect(existsSync("refused.gguf")).toBe(false);
});

test("a folder that is not there is told without the usage", () => {
  const { status, stderr } = run(path.join(folder, "missing", "out.gguf"));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^ENOENT: [^\n]*\n$/);
});
