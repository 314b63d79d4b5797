import { timingSafeEqual } from "node:crypto";
import { beforeEach, expect, it, vi } from "vitest";
import { hashKey, isKey, newKey, type ApiKey } from "../../../src/server/access/api-key.js";
import { KeyRing } from "../../../src/server/access/key-ring.js";

vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof import("node:crypto")>();
  return { ...crypto, timingSafeEqual: vi.fn(crypto.timingSafeEqual) };
});
const compared = vi.mocked(timingSafeEqual);
beforeEach(() => {
  compared.mockClear();
});

const keys = Array.from({ length: 5 }, () => newKey());
const entry = (key: string, i: number): ApiKey => ({
  name: `key ${i}`,
  hash: hashKey(key),
  tenant: `tenant ${i}`,
  requestsPerMinute: null,
  tokensPerMinute: null,
  models: null,
  priority: null,
  admin: false,
});
const ring = new KeyRing(keys.map(entry), () => 0);

it.each([0, 2, 4])("finds the tenant of key %i", (i) => {
  expect(ring.find(keys[i]!)).toMatchObject({ name: `tenant ${i}`, key: `key ${i}` });
});

it.each(["", "x", keys[1]!.slice(0, -1), `${keys[1]!} `, keys[1]!.toUpperCase(), newKey()])(
  "finds none for %j",
  (key) => {
    expect(ring.find(key)).toBeNull();
  },
);

it.each([keys[0]!, keys[4]!, "wrong", ""])("compares hashes of one length with every key, for %j", (key) => {
  ring.find(key);
  expect(compared).toHaveBeenCalledTimes(keys.length);
  for (const [a, b] of compared.mock.calls) expect([a.byteLength, b.byteLength]).toEqual([32, 32]);
});

it("makes keys that differ and are long enough", () => {
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(isKey(key)).toBe(true);
});
