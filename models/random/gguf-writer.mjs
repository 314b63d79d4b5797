import { open, rename, rm } from "node:fs/promises";
import { GgufBytes } from "./gguf-bytes.mjs";

const VERSION = 3;
const ALIGNMENT = 32;

/** `id` is ggml's number; a row is a whole number of blocks. */
export const TENSOR_TYPES = {
  f32: { id: 0, blockWeights: 1, blockBytes: 4 },
  f16: { id: 1, blockWeights: 1, blockBytes: 2 },
  q8_0: { id: 8, blockWeights: 32, blockBytes: 34 },
  q4_K: { id: 12, blockWeights: 256, blockBytes: 144 },
  q6_K: { id: 14, blockWeights: 256, blockBytes: 210 },
};

/**
 * Writes a GGUF v3 file. Each tensor's bytes are pulled chunk by chunk, so the file may be larger than memory.
 * The file appears under its name only when it is complete.
 * @param {string} file
 * @param {{metadata: Record<string, [type: string, value: unknown]>, tensors: {name: string, type: string,
 *   shape: number[], chunks: () => Iterable<Uint8Array>}[]}} content
 *   `shape` has the row's length first, as ggml has it.
 * @throws Error when a chunk's bytes do not add up to what type and shape ask for, or a type is unknown.
 */
export async function writeGguf(file, { metadata, tensors }) {
  const header = encodeHeader(metadata, tensors);
  const partial = `${file}.${process.pid}.partial`;
  const handle = await open(partial, "w");
  try {
    await handle.writeFile(header);
    for (const tensor of tensors) await writeTensor(handle, tensor);
    await handle.close();
    await rename(partial, file);
  } catch (error) {
    await handle.close();
    await rm(partial, { force: true });
    throw error;
  }
}

/** @returns the bytes that a tensor of this type and shape takes, without padding. */
export function tensorBytes({ name, type, shape }) {
  const { blockWeights, blockBytes } = TENSOR_TYPES[type];
  if (shape[0] % blockWeights !== 0) {
    throw new Error(
      `tensor ${name}: expected rows of a multiple of ${blockWeights} for ${type}, received ${shape[0]}`,
    );
  }
  return (product(shape) / blockWeights) * blockBytes;
}

export const product = (numbers) => numbers.reduce((a, b) => a * b, 1);

function encodeHeader(metadata, tensors) {
  const out = new GgufBytes();
  const entries = Object.entries(metadata);
  out.utf8("GGUF").u32(VERSION).u64(tensors.length).u64(entries.length);
  for (const [key, [type, value]] of entries) out.metadata(key, type, value);
  let offset = 0;
  for (const tensor of tensors) {
    out.string(tensor.name).u32(tensor.shape.length);
    for (const length of tensor.shape) out.u64(length);
    out.u32(TENSOR_TYPES[tensor.type].id).u64(offset);
    offset += aligned(tensorBytes(tensor));
  }
  return out.finish(aligned(out.length));
}

async function writeTensor(handle, tensor) {
  let written = 0;
  for (const chunk of tensor.chunks()) {
    // On a handle, writeFile goes on from where the last call ended, and never stops short.
    await handle.writeFile(chunk);
    written += chunk.byteLength;
  }
  const expected = tensorBytes(tensor);
  if (written !== expected) {
    throw new Error(`tensor ${tensor.name}: expected ${expected} bytes, received ${written}`);
  }
  await handle.writeFile(new Uint8Array(aligned(written) - written));
}

const aligned = (bytes) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
