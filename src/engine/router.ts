/** What the router needs to know of a replica. */
export interface Capacity {
  /** Requests it decodes at once. */
  slots: number;
  /** Blocks of prompts that its KV cache holds, about. */
  blocks: number;
}

/**
 * A cached prefix saves its prefill once, a busier replica makes every token of the request slower: it may
 * pull a request to a replica that is busier than the least busy one by this part of its slots at most.
 */
const GREATEST_PULL = 1 / 4;

/** Chooses a replica for each request, by the longest cached prefix and the load. Knows nothing of threads. */
export class Router {
  readonly #replicas: Replica[];

  constructor(capacities: readonly Capacity[]) {
    this.#replicas = capacities.map((capacity) => new Replica(capacity));
  }

  /**
   * @param blocks The prompt's, as `promptBlocks` makes them.
   * @returns The index of the replica that runs the request from now until `ended`; null when all are full.
   */
  choose(blocks: readonly number[]): number | null {
    const free = this.#replicas.filter((replica) => !replica.isFull);
    const least = Math.min(...free.map(({ running }) => running));
    const choices = free
      .filter(({ running, pull }) => running - least <= pull)
      .map((replica) => ({ replica, cached: replica.prefixes.match(blocks) }));
    const [first, ...others] = choices;
    if (!first) return null;
    const best = others.reduce((a, b) => (isBetter(b, a) ? b : a), first);
    best.replica.running++;
    best.replica.prefixes.add(blocks);
    return this.#replicas.indexOf(best.replica);
  }

  ended(index: number): void {
    this.#replicas[index]!.running--;
  }
}

interface Choice {
  replica: Replica;
  cached: number;
}

function isBetter(one: Choice, other: Choice): boolean {
  if (one.cached !== other.cached) return one.cached > other.cached;
  return one.replica.running < other.replica.running;
}

class Replica {
  running = 0;
  readonly prefixes: PrefixMemory;
  readonly pull: number;

  constructor(private readonly capacity: Capacity) {
    this.prefixes = new PrefixMemory(capacity.blocks);
    this.pull = Math.ceil(capacity.slots * GREATEST_PULL);
  }

  get isFull(): boolean {
    return this.running >= this.capacity.slots;
  }
}

/** The beginnings of prompts that were served last, as many as the KV cache has room for. */
class PrefixMemory {
  /** In order of use, the oldest first. */
  readonly #blocks = new Set<number>();

  constructor(private readonly most: number) {}

  /** How many of the first `blocks` are known. */
  match(blocks: readonly number[]): number {
    const missing = blocks.findIndex((block) => !this.#blocks.has(block));
    return missing < 0 ? blocks.length : missing;
  }

  /** From the last to the first, so that a prompt is forgotten from its end, as the KV cache forgets it. */
  add(blocks: readonly number[]): void {
    for (const block of blocks.slice(0, this.most).reverse()) {
      this.#blocks.delete(block);
      this.#blocks.add(block);
    }
    for (const block of this.#blocks) {
      if (this.#blocks.size <= this.most) break;
      this.#blocks.delete(block);
    }
  }
}
