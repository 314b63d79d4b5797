import type { GenerateRequest } from "./messages.js";

export const BLOCK_TOKENS = 4;
/** As many tokens in text, about. */
const BLOCK_CHARACTERS = 16;

/** Hashing this much takes 0.1 ms; what a prompt shares with others is told by its beginning. */
const MOST_BLOCKS = 2048;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * What a prompt begins with, as far as can be told before it is tokenised: the n-th number stands for its first
 * n blocks. Prompts of other salts, adapters or kinds have nothing in common. 32 bits: two beginnings that
 * collide cost one request a better replica, nothing else.
 */
export function promptBlocks({
  prompt,
  cacheSalt,
  adapter,
}: Pick<GenerateRequest, "prompt" | "cacheSalt" | "adapter">): number[] {
  const space = hashText(JSON.stringify([prompt.kind, cacheSalt, adapter]), FNV_OFFSET);
  if (prompt.kind === "tokens") {
    const { tokens } = prompt;
    return prefixHashes(tokens.length, BLOCK_TOKENS, (at) => tokens[at]!, space);
  }
  const text = textOf(prompt);
  // The bracket that ends the messages stands elsewhere once the conversation has gone on.
  const length = prompt.kind === "chat" ? text.length - 1 : text.length;
  return prefixHashes(length, BLOCK_CHARACTERS, (at) => text.charCodeAt(at), space);
}

/** Tools stand before the messages in the prompt. */
function textOf(prompt: Exclude<GenerateRequest["prompt"], { kind: "tokens" }>): string {
  if (prompt.kind === "chat") return prompt.tools + prompt.messages;
  return prompt.kind === "text" ? prompt.text : prompt.prefix;
}

/** A last block that is not full is left out: the next prompt with this beginning goes on within it. */
function prefixHashes(length: number, size: number, itemAt: (at: number) => number, space: number): number[] {
  const blocks = Math.min(Math.floor(length / size), MOST_BLOCKS);
  const hashes = new Array<number>(blocks);
  let hash = space;
  for (let block = 0; block < blocks; block++) {
    for (let at = block * size; at < (block + 1) * size; at++) hash = mix(hash, itemAt(at));
    hashes[block] = hash;
  }
  return hashes;
}

function hashText(text: string, hash: number): number {
  for (let at = 0; at < text.length; at++) hash = mix(hash, text.charCodeAt(at));
  return hash;
}

/** FNV-1a over 32-bit items. */
function mix(hash: number, item: number): number {
  return Math.imul(hash ^ item, FNV_PRIME) >>> 0;
}
