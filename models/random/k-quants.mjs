/** Blocks of 256 weights of llama.cpp's "K" types, from random bytes. */
import { TENSOR_TYPES } from "./gguf-writer.mjs";
import { toHalf } from "./half-precision.mjs";

/** Sixteen levels, 0 to 15, that are shifted by their mean. */
const Q4 = { mean: 7.5, deviation: Math.sqrt(255 / 12), bytesOfLevels: 128 };
/** Sixty-four levels, -32 to 31. */
const Q6 = { deviation: Math.sqrt(4095 / 12), bytesOfLevels: 192 };

/** So few bits that its multiples by the mean of the levels are halves too. */
function coarse(value) {
  const unit = 2 ** (Math.floor(Math.log2(value)) - 6);
  return Math.round(value / unit) * unit;
}

const half = (value) => [toHalf(value) & 0xff, toHalf(value) >> 8];

/** Levels are what the bytes say; `before` and `after` are the same in every block. */
function blocksOf(bytes, type, before, after) {
  const { blockBytes } = TENSOR_TYPES[type];
  const levels = blockBytes - before.length - after.length;
  const blocks = new Uint8Array((bytes.length / levels) * blockBytes);
  for (let from = 0, to = 0; from < bytes.length; from += levels, to += blockBytes) {
    blocks.set(before, to);
    blocks.set(bytes.subarray(from, from + levels), to + before.length);
    blocks.set(after, to + before.length + levels);
  }
  return blocks;
}

/**
 * By type: how many random bytes a block takes, and how blocks are made of them, their weights uniform around 0 with this
 * standard deviation to within a hundredth.
 */
export const K_QUANTS = {
  q4_K: {
    randomBytes: Q4.bytesOfLevels,
    encode(bytes, deviation) {
      const step = coarse(deviation / Q4.deviation);
      // Eight scales and minima of six bits each, packed as ggml has them; all are 1.
      const ones = [1, 1, 1, 1, 1, 1, 1, 1, 0x11, 0x11, 0x11, 0x11];
      return blocksOf(bytes, "q4_K", [...half(step), ...half(step * Q4.mean), ...ones], []);
    },
  },
  q6_K: {
    randomBytes: Q6.bytesOfLevels,
    encode(bytes, deviation) {
      // Signs in turn: else the levels' mean of -1/2 would be that of all weights.
      const scales = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : 0xff));
      return blocksOf(bytes, "q6_K", [], [...scales, ...half(coarse(deviation / Q6.deviation))]);
    },
  },
};
