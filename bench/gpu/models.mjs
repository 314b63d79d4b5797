// The models that are measured. Bytes are decimal; `cell` is what a KV cell takes, in f16.

const LLAMA_1B = { shape: "llama-1b", cell: 32_768 };
const LLAMA_8B = { shape: "llama-8b", cell: 131_072 };

/** `tokensAtOne`: so many tokens of one stream tell its rate, and take no more than some seconds. */
export const MODELS = {
  "8b-q8_0": { ...LLAMA_8B, type: "q8_0", bytes: 8.5e9, tokensAtOne: 1024 },
  "1b-q8_0": { ...LLAMA_1B, type: "q8_0", bytes: 1.6e9, tokensAtOne: 2048 },
  "8b-q4_K_M": { ...LLAMA_8B, type: "q4_K_M", bytes: 4.9e9, tokensAtOne: 1024 },
  "8b-f16": { ...LLAMA_8B, type: "f16", bytes: 16.1e9, tokensAtOne: 1024 },
  "70b-q4_K_M": { shape: "llama-70b", type: "q4_K_M", cell: 327_680, bytes: 42.5e9, tokensAtOne: 256 },
};

/** For a dry run. */
export const TINY_MODELS = {
  "tiny-q8_0": { shape: "tiny", type: "q8_0", cell: 4096, bytes: 9e6, tokensAtOne: 16 },
  "tiny-q4_K_M": { shape: "tiny", type: "q4_K_M", cell: 4096, bytes: 5e6, tokensAtOne: 16 },
};
