import { isUtf8 } from "node:buffer";
import type { Tokenized } from "../engine/messages.js";

/** The bytes of each token. */
export function tokenPieces({ bytes, ends }: NonNullable<Tokenized["pieces"]>): Buffer[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(ends, (end, i) => all.subarray(ends[i - 1] ?? 0, end));
}

/** As llama-server has it: text, or the bytes of a token that holds part of a character. */
export function pieceOf(bytes: Buffer): string | number[] {
  return isUtf8(bytes) ? bytes.toString("utf8") : [...bytes];
}
