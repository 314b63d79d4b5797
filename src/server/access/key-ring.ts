import { timingSafeEqual } from "node:crypto";
import { hashKey, type ApiKey } from "./api-key.js";
import { KeyTenant, type Tenant } from "./tenant.js";
import type { Clock } from "./token-bucket.js";

/** Every key that opens this server. */
export class KeyRing {
  readonly #entries: readonly { hash: Buffer; tenant: Tenant }[];

  constructor(keys: readonly ApiKey[], clock: Clock) {
    this.#entries = keys.map((key) => ({ hash: key.hash, tenant: new KeyTenant(key, clock) }));
  }

  /** Then every request may enter. */
  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whoever sends one of the keys. */
  get tenants(): Tenant[] {
    return this.#entries.map(({ tenant }) => tenant);
  }

  /** Compares with every key, whole hashes of them, so that the time it takes tells nothing of any. */
  find(key: string): Tenant | null {
    const hash = hashKey(key);
    let found: Tenant | null = null;
    for (const entry of this.#entries) if (timingSafeEqual(entry.hash, hash)) found = entry.tenant;
    return found;
  }
}
