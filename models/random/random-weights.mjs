import { product, TENSOR_TYPES } from "./gguf-writer.mjs";
import { toHalf } from "./half-precision.mjs";
import { K_QUANTS } from "./k-quants.mjs";

/**
 * Weights after which a large tensor's random numbers repeat: so many, and no more, are generated. In blocks of
 * 32, or of what the type has, the period is a prime, so that no two of a matrix's first 131,071 rows are alike: each
 * starts elsewhere.
 */
const periodOf = ({ blockWeights }) => Math.max(32, blockWeights) * 131_071;

/** A byte of the generator becomes one of up to 255 levels, as q8_0 has them. */
const HIGHEST_LEVEL = 127;

/**
 * A tensor's bytes: independent weights, uniform around 0 with standard deviation `deviation`. They are whole
 * multiples of a power of two that f16 and q8_0 hold exactly, so the same seed gives the same weights in these
 * types and f32. The generator is seeded by the tensor's name: a model with fewer layers has the same first layers.
 * @param {{name: string, type: string, shape: number[], deviation: number, zeroRows?: number, seed: number}} tensor
 *   `zeroRows`: the first rows, which are zero.
 */
export function* randomWeights({ name, type, shape, deviation, zeroRows = 0, seed }) {
  const { blockWeights, blockBytes } = TENSOR_TYPES[type];
  const bytesFor = (weights) => (weights / blockWeights) * blockBytes;
  if (zeroRows > 0) yield new Uint8Array(bytesFor(zeroRows * shape[0]));
  let left = product(shape) - zeroRows * shape[0];
  const period = Math.min(left, periodOf(TENSOR_TYPES[type]));
  const encoded = encoderOf(type)(`${seed}:${name}`, period, deviation);
  for (; left >= period && left > 0; left -= period) yield encoded;
  if (left > 0) yield encoded.subarray(0, bytesFor(left));
}

/** A tensor's bytes, every weight `value`. f32 only: what is constant is small. */
export function* constantWeights({ shape, constant }) {
  yield bytesOf(new Float32Array(product(shape)).fill(constant));
}

/** The power of two and the 256 integers, one for each byte, whose products have this standard deviation. */
function levels(deviation) {
  const largest = deviation * Math.sqrt(3);
  const scale = 2 ** Math.ceil(Math.log2(largest / HIGHEST_LEVEL));
  const integers = Array.from({ length: 256 }, (_, byte) => {
    const level = ((byte - 127.5) / 127.5) * (largest / scale);
    return Math.sign(level) * Math.round(Math.abs(level));
  });
  return { scale, integers };
}

/** The function that makes so many weights of a seed. */
function encoderOf(type) {
  const quant = K_QUANTS[type];
  if (quant === undefined)
    return (seed, weights, deviation) => ENCODERS[type](randomBytes(seed, weights), levels(deviation));
  const bytesFor = (weights) => (weights / TENSOR_TYPES[type].blockWeights) * quant.randomBytes;
  return (seed, weights, deviation) => quant.encode(randomBytes(seed, bytesFor(weights)), deviation);
}

/** Each makes weights of as many bytes. */
const ENCODERS = {
  f32: (bytes, { scale, integers }) =>
    bytesOf(
      lookUp(
        bytes,
        Float32Array.from(integers, (integer) => integer * scale),
      ),
    ),
  f16: (bytes, { scale, integers }) =>
    bytesOf(
      lookUp(
        bytes,
        Uint16Array.from(integers, (integer) => toHalf(integer * scale)),
      ),
    ),
  q8_0: (bytes, { scale, integers }) => toQ8(lookUp(bytes, Int8Array.from(integers)), toHalf(scale)),
};

function lookUp(bytes, table) {
  const values = new table.constructor(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = table[bytes[i]];
  return values;
}

/** Blocks of a half-precision scale and 32 integers. */
function toQ8(integers, scale) {
  const { blockWeights, blockBytes } = TENSOR_TYPES.q8_0;
  const signed = new Int8Array((integers.length / blockWeights) * blockBytes);
  for (let from = 0, to = 0; from < integers.length; from += blockWeights, to += blockBytes) {
    signed[to] = scale;
    signed[to + 1] = scale >> 8;
    signed.set(integers.subarray(from, from + blockWeights), to + 2);
  }
  return bytesOf(signed);
}

const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** sfc32, a small generator that passes the usual batteries of tests; four bytes a draw. */
function randomBytes(seed, count) {
  const words = new Uint32Array(Math.ceil(count / 4));
  let a = hash(seed, 1);
  let b = hash(seed, 2);
  let c = hash(seed, 3);
  let counter = 1;
  // The first draws still resemble the seed.
  for (let i = -16; i < words.length; i++) {
    const word = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    if (i >= 0) words[i] = word;
  }
  return bytesOf(words).subarray(0, count);
}

/** FNV-1a. */
function hash(text, start) {
  let value = 0x811c9dc5 ^ start;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}
