import { describe, expect, it } from "vitest";
import type { ApiKey } from "../../../src/server/access/api-key.js";
import { ANONYMOUS, KeyTenant } from "../../../src/server/access/tenant.js";

const tenantOf = (entry: Partial<ApiKey> = {}) =>
  new KeyTenant(
    {
      name: "key",
      hash: Buffer.alloc(32),
      tenant: "acme",
      requestsPerMinute: null,
      tokensPerMinute: null,
      models: null,
      priority: null,
      admin: false,
      ...entry,
    },
    () => 0,
  );

describe("the priority of a request", () => {
  it.each<[key: number | null, own: number, priority: number]>([
    [null, 7, 7],
    [null, -7, -7],
    [5, 0, 5],
    [5, 100, 5],
    [5, -3, 2],
    [-50, 100, -50],
    [-50, -100, -100],
    [0, 1, 0],
  ])("is, with %j of the key's and %i of its own, %i", (key, own, priority) => {
    expect(tenantOf({ priority: key }).priorityOf(own)).toBe(priority);
  });
});

describe("the salt of a request", () => {
  it("holds the tenant, apart from the client's own", () => {
    expect(tenantOf().saltOf("x")).toBe("acme\0x");
    expect(tenantOf({ tenant: "acm" }).saltOf("ex")).not.toBe(tenantOf().saltOf("x"));
    expect(tenantOf({ name: "other key" }).saltOf("x")).toBe(tenantOf().saltOf("x"));
  });

  it("is the client's own without keys", () => {
    expect(ANONYMOUS.saltOf("x")).toBe("x");
  });
});

it("allows the models it names, or all", () => {
  expect(tenantOf().allows("a")).toBe(true);
  const limited = tenantOf({ models: new Set(["a"]) });
  expect([limited.allows("a"), limited.allows("b")]).toEqual([true, false]);
});

it("counts tokens where there is a limit, and only there", () => {
  const limited = tenantOf({ tokensPerMinute: 100 });
  limited.account(30);
  expect(limited.limits?.headers["x-ratelimit-remaining-tokens"]).toBe("70");
  const free = tenantOf();
  free.account(30);
  expect(free.limits).toBeNull();
});
