import type { Item } from "./items.js";
import type { ResponseObject } from "./response-object.js";
import { TenantShares } from "./tenant-shares.js";

export interface StoreLimits {
  responses: number;
  /** Of all that is kept, written as JSON. */
  characters: number;
  /** How long one is kept. */
  seconds: number;
}

/** A response that can be asked for and gone on from. */
export interface StoredResponse {
  tenant: string;
  response: ResponseObject;
  /** All that it was made of, what came before it included. */
  input: readonly Item[];
  /** Characters of JSON. Items that conversations share count for each of them: it is an upper bound. */
  size: number;
  /** Milliseconds. */
  until: number;
}

/**
 * Keeps the last responses in memory. The oldest goes first, since who goes on with a conversation makes a newer one of
 * it, and of the tenant that has most: otherwise one could have those of all others dropped.
 */
export class ResponseStore {
  /** In order of age. */
  readonly #entries = new Map<string, StoredResponse>();
  readonly #shares = new TenantShares();
  #characters = 0;

  constructor(
    private readonly limits: StoreLimits,
    private readonly now: () => number = Date.now,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get characters(): number {
    return this.#characters;
  }

  /** @param earlier What `response` follows. */
  put(tenant: string, response: ResponseObject, input: Item[], earlier: StoredResponse | null): void {
    const size = (earlier?.size ?? 0) + JSON.stringify([response, input]).length;
    if (size > this.limits.characters) return;
    const until = this.now() + this.limits.seconds * 1000;
    const all = [...conversationOf(earlier), ...input];
    this.#entries.set(response.id, { tenant, response, input: all, size, until });
    this.#shares.add(tenant, response.id, size);
    this.#characters += size;
    this.#shrink();
  }

  /** Responses of other tenants are as unknown as those that never were. */
  get(tenant: string, id: string): StoredResponse | null {
    this.#shrink();
    const entry = this.#entries.get(id);
    return entry?.tenant === tenant ? entry : null;
  }

  /** @returns Whether there was one. */
  delete(tenant: string, id: string): boolean {
    if (!this.get(tenant, id)) return false;
    this.#remove(id);
    return true;
  }

  #shrink(): void {
    const { responses, characters } = this.limits;
    this.#dropOld();
    while (this.#entries.size > responses) this.#remove(this.#shares.oldestOfLargest("responses"));
    while (this.#characters > characters) this.#remove(this.#shares.oldestOfLargest("characters"));
  }

  #dropOld(): void {
    const now = this.now();
    for (const [id, { until }] of this.#entries) {
      if (until > now) return;
      this.#remove(id);
    }
  }

  #remove(id: string): void {
    const { tenant, size } = this.#entries.get(id)!;
    this.#shares.remove(tenant, id, size);
    this.#characters -= size;
    this.#entries.delete(id);
  }
}

/** What a response that follows is made of, besides its own input. */
export function conversationOf(stored: StoredResponse | null): Item[] {
  return stored ? [...stored.input, ...stored.response.output.filter((item) => !isCutCall(item))] : [];
}

/** Its arguments are no JSON, which no template could write; nor has anybody made such a call. */
function isCutCall({ type, status }: Item): boolean {
  return type === "function_call" && status === "incomplete";
}
