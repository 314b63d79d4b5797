import { describe, expect, it } from "vitest";
import { IdleMap } from "../../src/server/idle-map.js";

const SECONDS = 100;

interface Entry {
  owner: string;
  name: string;
  at: number;
}

/** The same by searching: entries in the order of their use. */
class SearchedMap {
  entries: Entry[] = [];
  readonly gone: string[] = [];

  constructor(private readonly most: number) {}

  /** @returns Whether it was there. */
  touch(owner: string, name: string, at: number): boolean {
    const found = this.entries.find((entry) => entry.owner === owner && entry.name === name);
    const isDue = found !== undefined && found.at <= at - SECONDS;
    if (isDue) this.#drop(found);
    if (found && !isDue) this.entries = this.entries.filter((entry) => entry !== found);
    else if (this.entries.length >= this.most) this.#drop(this.#oldestOfLargest(owner));
    this.entries.push({ owner, name, at });
    return found !== undefined && !isDue;
  }

  expire(at: number): void {
    for (const entry of this.entries.filter((one) => one.at <= at - SECONDS)) this.#drop(entry);
  }

  #oldestOfLargest(owner: string): Entry {
    const sizeOf = (of: string) => this.entries.filter((entry) => entry.owner === of).length;
    const owners = [owner, ...this.entries.map((entry) => entry.owner)];
    const greatest = Math.max(...owners.map(sizeOf));
    const largest = owners.find((one) => sizeOf(one) === greatest);
    return this.entries.find((entry) => entry.owner === largest)!;
  }

  #drop(entry: Entry): void {
    this.entries = this.entries.filter((one) => one !== entry);
    this.gone.push(`${entry.owner} ${entry.name}`);
  }
}

/** Numbers that look drawn, the same each time. */
function drawn(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

describe("what was used lately", () => {
  it.each([1, 2, 3, 4, 5])("is the same as by searching, of two owners and draws from %d", (seed) => {
    const below = drawn(seed);
    const searched = new SearchedMap(8);
    const gone: string[] = [];
    let time = 0;
    const map = new IdleMap<string>(
      8,
      SECONDS,
      () => time,
      (key) => gone.push(key),
    );
    for (let step = 0; step < 2000; step++) {
      time += below(step % 100 === 0 ? 2 * SECONDS : 10);
      const [owner, name] = [`owner ${below(2)}`, String(below(12))];
      const wasThere = map.use(owner, name) !== undefined;
      if (!wasThere) map.add(owner, name, `${owner} ${name}`);
      expect(wasThere).toBe(searched.touch(owner, name, time));
      if (step % 20 === 0) {
        map.expire();
        searched.expire(time);
      }
      expect(map.size).toBe(searched.entries.length);
    }
    expect(gone.sort()).toEqual(searched.gone.sort());
  });

  it("of any number of owners leaves each its share", () => {
    const map = new IdleMap<number>(12, SECONDS, () => 0);
    for (let i = 0; i < 100; i++) map.add("loud", String(i), i);
    for (const owner of ["a", "b", "c"]) for (let i = 0; i < 3; i++) map.add(owner, String(i), i);
    for (let i = 100; i < 200; i++) map.add("loud", String(i), i);
    expect(map.size).toBe(12);
    for (const owner of ["a", "b", "c"])
      for (let i = 0; i < 3; i++) expect(map.use(owner, String(i))).toBe(i);
    expect([197, 198, 199].map((i) => map.use("loud", String(i)))).toEqual([197, 198, 199]);
  });
});
