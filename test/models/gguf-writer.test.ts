import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readGgufFileInfo } from "node-llama-cpp";
import { afterAll, expect, test } from "vitest";
import { writeGguf, type GgufContent } from "../../models/random/gguf-writer.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "tacho-gguf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ARCHITECTURE: GgufContent["metadata"] = { "general.architecture": ["string", "llama"] };

test("metadata of every type is read back as it was written", async () => {
  const file = path.join(folder, "metadata.gguf");
  await writeGguf(file, {
    metadata: {
      ...ARCHITECTURE,
      "t.u8": ["u8", 200],
      "t.i8": ["i8", -100],
      "t.u16": ["u16", 60_000],
      "t.i16": ["i16", -30_000],
      "t.u32": ["u32", 4_000_000_000],
      "t.i32": ["i32", -2_000_000_000],
      "t.f32": ["f32", 0.5],
      "t.bool": ["bool", true],
      "t.string": ["string", "ein Löffel ▁"],
      "t.u64": ["u64", 2n ** 40n],
      "t.i64": ["i64", -(2n ** 40n)],
      "t.f64": ["f64", 0.1],
      "t.numbers": ["i32[]", [1, -2, 3]],
      "t.texts": ["string[]", ["a", "", "ü"]],
    },
    tensors: [],
  });
  expect((await readGgufFileInfo(file)).metadata).toMatchObject({
    t: {
      u8: 200,
      i8: -100,
      u16: 60_000,
      i16: -30_000,
      u32: 4_000_000_000,
      i32: -2_000_000_000,
      f32: 0.5,
      bool: true,
      string: "ein Löffel ▁",
      u64: 2n ** 40n,
      i64: -(2n ** 40n),
      f64: 0.1,
      numbers: [1, -2, 3],
      texts: ["a", "", "ü"],
    },
  });
});

test("a tensor that does not fill its shape leaves no file", async () => {
  const tensor = { name: "short", type: "f32" as const, shape: [4], chunks: () => [new Uint8Array(12)] };
  const written = writeGguf(path.join(folder, "short.gguf"), { metadata: ARCHITECTURE, tensors: [tensor] });
  await expect(written).rejects.toThrow("tensor short: expected 16 bytes, received 12");
  expect(readdirSync(folder)).not.toContainEqual(expect.stringContaining("short"));
});
