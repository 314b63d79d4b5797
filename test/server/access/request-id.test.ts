import { expect, it } from "vitest";
import { requestIdOf } from "../../../src/server/access/request-id.js";

const idOf = (header: string | undefined) => requestIdOf({ headers: { "x-request-id": header } });

it.each(["a", "!~", "x".repeat(128)])("a client's own id is kept: %s", (id) => {
  expect(idOf(id)).toBe(id);
});

it.each([undefined, "", "x".repeat(129), "a b", "a, b", "é", "a\x7f"])(
  "is made anew instead of %j",
  (header) => {
    expect(idOf(header)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(idOf(header)).not.toBe(idOf(header));
  },
);
