import { Type, type Static, type TSchema, type TUnsafe } from "typebox";

/**
 * Objects of several kinds, told apart by their member `tag`. Unlike in a union, what is wrong with an object is said
 * of the kind that it claims to be, and an unknown kind is refused by its name.
 *
 * @param fallback The kind of an object without `tag`, if there may be such.
 */
export function variants<Kinds extends Record<string, TSchema>>(
  tag: string,
  kinds: Kinds,
  fallback?: keyof Kinds & string,
): TUnsafe<Static<Kinds[keyof Kinds]>> {
  const names = Object.keys(kinds);
  return Type.Unsafe({
    type: "object",
    required: fallback === undefined ? [tag] : [],
    properties: { [tag]: { enum: names, description: listed(names) } },
    allOf: names.map((name) => ({
      if: { properties: { [tag]: { const: name } }, required: name === fallback ? [] : [tag] },
      then: kinds[name],
    })),
    description: "an object",
  });
}

/** "'a', 'b' or 'c'" */
function listed(names: string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop()!;
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
}
