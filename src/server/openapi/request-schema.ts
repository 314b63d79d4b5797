/** The part of JSON Schema that the bodies use. */
export interface JsonSchema {
  [keyword: string]: unknown;
  type?: string | string[];
  enum?: readonly unknown[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  /** Of objects of several kinds; see variants.ts. */
  then?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  patternProperties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  default?: unknown;
  description?: string;
  /** Marks a field that is refused unless it asks for nothing; see sampling-schema.ts. */
  accepted?: string;
}

/**
 * A validating schema as clients should read it: what has a default need not be sent, null is the same as absent where
 * null-fields.ts drops it, and fields that are only there to be refused say so.
 */
export function requestSchema(schema: JsonSchema): JsonSchema {
  const { accepted, ...documented } = schema;
  if (accepted !== undefined)
    documented.description = `Not supported yet: leave it out, or send ${accepted}.`;
  if (schema.properties) Object.assign(documented, membersOf(schema));
  if (schema.items) documented.items = requestSchema(schema.items);
  if (schema.then) documented.then = requestSchema(schema.then);
  for (const union of ["anyOf", "allOf"] as const)
    if (schema[union]) documented[union] = schema[union].map((branch) => requestSchema(branch));
  return documented;
}

function membersOf({ properties = {}, required = [] }: JsonSchema) {
  const isOptional = (name: string) => !required.includes(name) || properties[name]?.default !== undefined;
  const entries = Object.entries(properties).map(([name, member]) => {
    const documented = requestSchema(member);
    return [name, isOptional(name) ? withNull(documented) : documented] as const;
  });
  return { properties: Object.fromEntries(entries), required: required.filter((name) => !isOptional(name)) };
}

function withNull(schema: JsonSchema): JsonSchema {
  if (schema.anyOf) return { ...schema, anyOf: [...schema.anyOf, { type: "null" }] };
  if (schema.enum) return { ...schema, enum: [...new Set([...schema.enum, null])] };
  // These say more than a type, and null is not what they say.
  const saysMore = schema.allOf !== undefined || schema.const !== undefined;
  if (typeof schema.type === "string" && !saysMore) return { ...schema, type: [schema.type, "null"] };
  return { anyOf: [schema, { type: "null" }] };
}
