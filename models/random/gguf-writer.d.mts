/** The types of gguf-writer.mjs, for TypeScript programs that import it. */
import type { TensorType } from "./random-model.mjs";

type Scalar = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "f32" | "bool" | "string" | "u64" | "i64" | "f64";

export interface GgufTensor {
  name: string;
  type: TensorType;
  /** The row's length first, as ggml has it. */
  shape: number[];
  /** The tensor's bytes, pulled when it is their turn. */
  chunks: () => Iterable<Uint8Array>;
}

export interface GgufContent {
  /** A type followed by "[]" is an array of it. 64-bit integers may be bigint. */
  metadata: Record<string, [type: Scalar | `${Scalar}[]`, value: unknown]>;
  tensors: GgufTensor[];
}

/**
 * Writes a GGUF v3 file, which appears when it is complete.
 * @throws Error when a tensor's bytes do not add up to what its type and shape ask for.
 */
export function writeGguf(file: string, content: GgufContent): Promise<void>;
