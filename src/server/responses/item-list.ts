import type { Static } from "typebox";
import { ApiError } from "../errors.js";
import { shown } from "../schema-errors.js";
import type { Item } from "./items.js";
import type { inputItemsSchema } from "./responses-schema.js";

/** One page of a response's input. @throws ApiError */
export function listItems(items: readonly Item[], query: Static<typeof inputItemsSchema>): object {
  const ordered = query.order === "asc" ? items : items.toReversed();
  const start = query.after === undefined ? 0 : indexAfter(ordered, query.after);
  const data = ordered.slice(start, start + Number(query.limit));
  return {
    object: "list",
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + data.length < ordered.length,
  };
}

function indexAfter(items: readonly Item[], id: string): number {
  const index = items.findIndex((item) => item.id === id);
  if (index >= 0) return index + 1;
  const details = {
    what: "'after'",
    expected: "the id of an item of this response's input",
    received: shown(id),
  };
  throw new ApiError("invalid_value", details, "after");
}
