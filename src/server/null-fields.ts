/** The part of JSON Schema that says where null may stand for "absent". */
interface ObjectShape {
  properties?: Record<string, ObjectShape & { default?: unknown }>;
  required?: string[];
  items?: ObjectShape;
  /** Of a union. */
  anyOf?: ObjectShape[];
  /** Of objects of several kinds (variants.ts). */
  allOf?: { then?: ObjectShape }[];
}

/**
 * OpenAI's clients send null for what was left out. Removes such members, in place, wherever `schema` has an
 * optional one, so that the schema itself need not name null everywhere.
 */
export function dropNulls(schema: ObjectShape, value: unknown): void {
  for (const shape of schema.anyOf ?? []) dropNulls(shape, value);
  for (const { then } of schema.allOf ?? []) if (then) dropNulls(then, value);
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) dropNulls(schema.items, item);
  } else if (typeof value === "object" && value !== null) {
    const members = value as Record<string, unknown>;
    for (const name of Object.keys(members)) {
      if (!schema.properties || !Object.hasOwn(schema.properties, name)) continue;
      const shape = schema.properties[name]!;
      if (members[name] !== null) dropNulls(shape, members[name]);
      else if (!schema.required?.includes(name) || shape.default !== undefined)
        Reflect.deleteProperty(members, name);
    }
  }
}
