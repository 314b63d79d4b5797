/**
 * Tokens of one KV block, as systems that keep their KV cache in blocks are described. Ours has cells of a token each,
 * and shares prefixes token by token: any size would be true, and this is the one that most of their readers know.
 */
export const KV_BLOCK_TOKENS = 16;

/** Blocks that so many KV cells make. */
export function kvBlocks(cells: number): number {
  return Math.floor(cells / KV_BLOCK_TOKENS);
}
