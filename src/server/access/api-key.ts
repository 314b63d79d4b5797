import { createHash, randomBytes } from "node:crypto";

/** What an operator says of one key. The key itself is kept nowhere, only its hash. */
export interface ApiKey {
  /** What messages call it; unique. */
  name: string;
  /** SHA-256: keys are random, so that there is nothing for a slow hash to protect. */
  hash: Buffer;
  /** Keys of one tenant share cached prefixes. */
  tenant: string;
  /** Null for no limit. */
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  /** Null for all. */
  models: ReadonlySet<string> | null;
  /** Null leaves requests their own. */
  priority: number | null;
  admin: boolean;
}

/** A shorter one could be guessed, and then its hash is no secret either. */
const SHORTEST_KEY = 16;

export const KEY_FORM = `at least ${SHORTEST_KEY} visible ASCII characters`;

/** Only such characters come through a header unchanged. */
const keyPattern = new RegExp(`^[\\x21-\\x7e]{${SHORTEST_KEY},}$`);

export function isKey(text: string): boolean {
  return keyPattern.test(text);
}

export function hashKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** 256 random bits; the prefix tells whoever finds it what it opens. */
export function newKey(): string {
  return `tacho-${randomBytes(32).toString("base64url")}`;
}
