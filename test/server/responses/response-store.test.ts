import { describe, expect, it } from "vitest";
import { itemsOf } from "../../../src/server/responses/items.js";
import type { ResponseObject } from "../../../src/server/responses/response-object.js";
import { conversationOf, ResponseStore } from "../../../src/server/responses/response-store.js";

const LIMITS = { responses: 3, characters: 10_000, seconds: 10 };

function responseOf(id: string, text = "yes"): ResponseObject {
  return { id, status: "completed", output: itemsOf([{ role: "assistant", content: text }]) };
}

function filled(store: ResponseStore, ...ids: string[]): ResponseStore {
  for (const id of ids) store.put("", responseOf(id), itemsOf("hi"), null);
  return store;
}

describe("the store of responses", () => {
  it("knows what was kept, for its tenant alone", () => {
    const store = new ResponseStore(LIMITS);
    store.put("one", responseOf("a"), itemsOf("hi"), null);
    expect(store.get("one", "a")!.response.id).toBe("a");
    expect(store.get("two", "a")).toBeNull();
    expect(store.delete("two", "a")).toBe(false);
    expect(store.delete("one", "a")).toBe(true);
    expect(store.get("one", "a")).toBeNull();
    expect(store.delete("one", "a")).toBe(false);
  });

  it("lets the oldest go when they are too many", () => {
    const store = filled(new ResponseStore(LIMITS), "a", "b", "c", "d");
    expect(store.get("", "a")).toBeNull();
    expect(["b", "c", "d"].every((id) => store.get("", id))).toBe(true);
    expect(store.size).toBe(3);
  });

  it("lets the oldest go when they are too large, and does not take what is", () => {
    const store = new ResponseStore({ ...LIMITS, characters: 1000 });
    store.put("", responseOf("a", "x".repeat(500)), itemsOf("hi"), null);
    store.put("", responseOf("b", "x".repeat(500)), itemsOf("hi"), null);
    expect([store.get("", "a"), store.get("", "b")?.response.id]).toEqual([null, "b"]);
    store.put("", responseOf("c", "x".repeat(1000)), itemsOf("hi"), null);
    expect([store.get("", "c"), store.get("", "b")?.response.id]).toEqual([null, "b"]);
  });

  it("lets those of the tenant go that has most, however new they are", () => {
    const store = new ResponseStore(LIMITS);
    store.put("quiet", responseOf("q"), itemsOf("hi"), null);
    for (let i = 0; i < 10; i++) store.put("loud", responseOf(`l${i}`), itemsOf("hi"), null);
    const kept = (tenant: string, ...ids: string[]) => ids.filter((id) => store.get(tenant, id));
    expect([kept("quiet", "q"), kept("loud", "l7", "l8", "l9")]).toEqual([["q"], ["l8", "l9"]]);
    // Of several that have as many, the one that has been here for longest.
    for (const id of ["a", "b"]) store.put(id, responseOf(id), itemsOf("hi"), null);
    expect([kept("quiet", "q"), kept("loud", "l8", "l9"), kept("a", "a"), kept("b", "b")]).toEqual([
      [],
      ["l9"],
      ["a"],
      ["b"],
    ]);
  });

  it("lets those of the tenant go whose are the largest, when they are too large", () => {
    const store = new ResponseStore({ ...LIMITS, responses: 10, characters: 2500 });
    for (const id of ["q0", "q1"]) store.put("quiet", responseOf(id), itemsOf("hi"), null);
    store.put("loud", responseOf("l0", "x".repeat(1200)), itemsOf("hi"), null);
    store.put("loud", responseOf("l1", "x".repeat(800)), itemsOf("hi"), null);
    expect([store.get("loud", "l0"), store.get("loud", "l1")?.response.id]).toEqual([null, "l1"]);
    expect(["q0", "q1"].every((id) => store.get("quiet", id))).toBe(true);
  });

  it("lets them go when they are too old", () => {
    let now = 0;
    const store = new ResponseStore(LIMITS, () => now);
    filled(store, "a");
    now = 5000;
    filled(store, "b");
    now = 10_000;
    expect([store.get("", "a"), store.get("", "b")?.response.id]).toEqual([null, "b"]);
    now = 15_000;
    expect(store.get("", "b")).toBeNull();
    expect([store.size, store.characters]).toEqual([0, 0]);
  });

  it("keeps none when it may not", () => {
    expect(filled(new ResponseStore({ ...LIMITS, responses: 0 }), "a").get("", "a")).toBeNull();
  });

  it("holds all of a conversation with its last response, also when those before are gone", () => {
    const store = new ResponseStore({ ...LIMITS, responses: 1 });
    store.put("", responseOf("a", "2"), itemsOf("1 + 1?"), null);
    store.put("", responseOf("b", "3"), itemsOf("and + 1?"), store.get("", "a"));
    expect(store.get("", "a")).toBeNull();
    const texts = conversationOf(store.get("", "b")).map((item) =>
      "content" in item && Array.isArray(item.content) ? item.content[0]!.text : "",
    );
    expect(texts).toEqual(["1 + 1?", "2", "and + 1?", "3"]);
  });

  it("stays within its bounds for a conversation without end", () => {
    const store = new ResponseStore(LIMITS);
    let earlier = null;
    for (let turn = 0; turn < 200; turn++) {
      store.put("", responseOf(String(turn)), itemsOf("hi"), earlier);
      expect(store.characters).toBeLessThanOrEqual(LIMITS.characters);
      earlier = store.get("", String(turn)) ?? earlier;
    }
    expect(store.size).toBeLessThanOrEqual(LIMITS.responses);
  });
});
