import type { ModelInfo } from "../engine/messages.js";

/** The texts of a model's tokens. */
export class Vocabulary {
  readonly #bytes: Buffer;
  readonly #offsets: Uint32Array;

  constructor({ tokenBytes, tokenOffsets }: Pick<ModelInfo, "tokenBytes" | "tokenOffsets">) {
    this.#bytes = Buffer.from(tokenBytes.buffer, tokenBytes.byteOffset, tokenBytes.byteLength);
    this.#offsets = tokenOffsets;
  }

  get size(): number {
    return this.#offsets.length - 1;
  }

  /** May be part of a character. */
  bytesOf(token: number): Buffer {
    return this.#bytes.subarray(this.#offsets[token], this.#offsets[token + 1]);
  }

  /** Bytes that are no UTF-8 become U+FFFD. */
  textOf(...tokens: number[]): string {
    return Buffer.concat(tokens.map((token) => this.bytesOf(token))).toString();
  }
}
