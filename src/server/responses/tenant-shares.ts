interface Share {
  /** In order of age. */
  ids: Set<string>;
  characters: number;
}

const MEASURES = {
  responses: ({ ids }: Share) => ids.size,
  characters: ({ characters }: Share) => characters,
};

/** What each tenant has of what is kept together. There are as many as keys at most, which takes microseconds to look at. */
export class TenantShares {
  readonly #shares = new Map<string, Share>();

  add(tenant: string, id: string, size: number): void {
    const share = this.#shares.get(tenant) ?? { ids: new Set(), characters: 0 };
    this.#shares.set(tenant, share);
    share.ids.add(id);
    share.characters += size;
  }

  remove(tenant: string, id: string, size: number): void {
    const share = this.#shares.get(tenant)!;
    share.ids.delete(id);
    share.characters -= size;
    if (share.ids.size === 0) this.#shares.delete(tenant);
  }

  /** The oldest of the tenant that has most; of several, of the one that has had some for longest. */
  oldestOfLargest(measure: keyof typeof MEASURES): string {
    const sizeOf = MEASURES[measure];
    const largest = [...this.#shares.values()].reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
    const [oldest] = largest.ids;
    return oldest!;
  }
}
