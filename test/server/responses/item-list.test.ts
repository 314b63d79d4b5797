import { describe, expect, it } from "vitest";
import { listItems } from "../../../src/server/responses/item-list.js";
import { itemsOf } from "../../../src/server/responses/items.js";

const items = itemsOf(["a", "b", "c"].map((id) => ({ role: "user", content: id, id })));
const page = (limit: number, order: "asc" | "desc", after?: string) =>
  listItems(items, { limit: String(limit), order, after });

describe("a list of items", () => {
  it("begins with the last one", () => {
    expect(page(2, "desc")).toMatchObject({ data: [{ id: "c" }, { id: "b" }], has_more: true });
    expect(page(2, "desc", "b")).toMatchObject({ data: [{ id: "a" }], has_more: false });
  });

  it("begins with the first one when asked to", () => {
    expect(page(20, "asc")).toMatchObject({
      object: "list",
      data: items,
      first_id: "a",
      last_id: "c",
      has_more: false,
    });
    expect(page(1, "asc", "a")).toMatchObject({ data: [{ id: "b" }], has_more: true });
  });

  it("is empty after the last one", () => {
    expect(page(1, "asc", "c")).toMatchObject({ data: [], first_id: null, last_id: null, has_more: false });
  });

  it("refuses an id that is not among them", () => {
    expect(() => page(1, "asc", "z")).toThrow(expect.objectContaining({ param: "after" }));
  });
});
