import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readGgufFileInfo } from "node-llama-cpp";
import { afterAll, expect, test } from "vitest";
import { SHAPES, writeRandomModel } from "../../models/random/random-model.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "tacho-k-quants-"));
const file = path.join(folder, "model.gguf");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SHAPE = { ...SHAPES.tiny, layers: 8 };
const TYPES = { f32: 0, q4_K: 12, q6_K: 14 };

async function tensors() {
  const { metadata, fullTensorInfo = [] } = await readGgufFileInfo(file);
  const byName = new Map<string, { ggmlType: number; at: number }>();
  for (const { name, ggmlType, fileOffset } of fullTensorInfo)
    byName.set(name, { ggmlType, at: Number(fileOffset) });
  return { fileType: metadata.general.file_type, byName };
}

function halfAt(bytes: Buffer, at: number): number {
  const bits = bytes.readUInt16LE(at);
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A block's weights, as ggml's dequantize_row_q4_K has them where all its scales are 1. */
function q4Weights(block: Buffer): number[] {
  expect([...block.subarray(4, 16)]).toEqual([...Array<number>(8).fill(1), ...Array<number>(4).fill(0x11)]);
  const [step, minimum] = [halfAt(block, 0), halfAt(block, 2)];
  return [...block.subarray(16)].flatMap((byte) => [byte & 15, byte >> 4]).map((q) => step * q - minimum);
}

/** As dequantize_row_q6_K, in another order within a sixteenth of the block. */
function q6Weights(block: Buffer): number[] {
  return Array.from({ length: 256 }, (_, i) => {
    const [part, l] = [i >> 7, i & 31];
    const quarter = (i >> 5) & 3;
    const low = block[part * 64 + (quarter & 1) * 32 + l]! >> (quarter >> 1 ? 4 : 0);
    const high = block[128 + part * 32 + l]! >> (2 * quarter);
    const level = ((low & 15) | ((high & 3) << 4)) - 32;
    return halfAt(block, 208) * block.readInt8(192 + part * 8 + quarter * 2 + (l >> 4)) * level;
  });
}

function moments(values: number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length) };
}

function blocks(bytes: Buffer, at: number, size: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => bytes.subarray(at + i * size, at + (i + 1) * size));
}

test("q4_K_M has llama-quantize's mixture, and weights around 0 with the deviation that is asked for", async () => {
  await writeRandomModel(file, { shape: SHAPE, type: "q4_K_M" });
  const { fileType, byName } = await tensors();
  const typeOf = (name: string) => byName.get(name)?.ggmlType;
  expect(fileType).toBe(15);
  expect(typeOf("output.weight")).toBe(TYPES.q6_K);
  expect(typeOf("token_embd.weight")).toBe(TYPES.q4_K);
  expect(typeOf("output_norm.weight")).toBe(TYPES.f32);
  // The first and the last eighth, and every third layer between.
  const values = Array.from({ length: 8 }, (_, layer) => typeOf(`blk.${layer}.attn_v.weight`));
  expect(values.map((type) => type === TYPES.q6_K)).toEqual([
    ...[true, false, false, true, false, false, true, true],
  ]);
  expect(typeOf("blk.3.attn_q.weight")).toBe(TYPES.q4_K);

  const bytes = readFileSync(file);
  const q4 = blocks(bytes, byName.get("token_embd.weight")!.at, 144, 512).flatMap(q4Weights);
  expect(Math.abs(moments(q4).mean)).toBeLessThan(0.02);
  expect(Math.abs(moments(q4).deviation - 1)).toBeLessThan(0.02);
  const expected = 1 / Math.sqrt(SHAPE.embedding);
  const q6 = blocks(bytes, byName.get("blk.0.attn_v.weight")!.at, 210, 512).flatMap(q6Weights);
  expect(Math.abs(moments(q6).mean) / expected).toBeLessThan(0.02);
  expect(Math.abs(moments(q6).deviation / expected - 1)).toBeLessThan(0.02);
});
