import type { Constraint } from "../engine/messages.js";
import type { ResponseFormat } from "./chat-schema.js";
import { checkedSchema } from "./constraints/json-schema.js";

export const ANY_OBJECT = '{"type":"object"}';
const PARAM = "response_format";

/** Null for plain text. @throws ApiError */
export function formatConstraint(format: ResponseFormat | undefined): Constraint | null {
  switch (format?.type) {
    case "json_object":
      return { kind: "schema", text: ANY_OBJECT, param: PARAM };
    case "json_schema": {
      const { schema, strict = false } = format.json_schema;
      const place = `${PARAM}.json_schema.schema`;
      const text = schema ? checkedSchema(schema, place, strict) : ANY_OBJECT;
      return { kind: "schema", text, param: PARAM };
    }
    default:
      return null;
  }
}
