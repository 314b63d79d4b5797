/**
 * Dimensions. Matrix rows are multiples of 256 and head sizes of 32, so that every type of llama.cpp's quantizer
 * and every attention kernel takes them. Bytes are those of `llama` in q8_0.
 */
const tiny = {
  layers: 4,
  embedding: 512,
  feedForward: 768,
  heads: 8,
  keyValueHeads: 4,
  vocabulary: 512,
  context: 2048,
  slidingWindow: 16,
  ropeBase: 10_000,
};

const small = {
  layers: 8,
  embedding: 512,
  feedForward: 1536,
  heads: 8,
  keyValueHeads: 4,
  vocabulary: 32_000,
  context: 16_384,
  slidingWindow: 1024,
  ropeBase: 10_000,
};

/** What the Llama 3 models have in common. */
const llama3 = {
  keyValueHeads: 8,
  vocabulary: 128_256,
  context: 131_072,
  slidingWindow: 4096,
  ropeBase: 500_000,
};

export const SHAPES = {
  /** 8.4 million parameters, 9 MB. */
  tiny,
  /** 58 million parameters, 62 MB. */
  small,
  /** The dimensions of Llama 3.2 1B, but with an output matrix of its own: 1.5 billion parameters, 1.6 GB. */
  "llama-1b": { ...llama3, layers: 16, embedding: 2048, feedForward: 8192, heads: 32 },
  /** The dimensions of Llama 3.1 8B: 8.0 billion parameters, 8.5 GB. */
  "llama-8b": { ...llama3, layers: 32, embedding: 4096, feedForward: 14_336, heads: 32 },
  /** The dimensions of Llama 3.1 70B: 70.6 billion parameters, 75 GB; 42 GB in q4_K_M. */
  "llama-70b": { ...llama3, layers: 80, embedding: 8192, feedForward: 28_672, heads: 64 },
  /** Draft models: with the seed of their target they have its vocabulary, its embedding and its first layer. */
  "tiny-draft": { ...tiny, layers: 1 },
  "small-draft": { ...small, layers: 1 },
};
