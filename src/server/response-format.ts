import type { Constraint } from "../engine/messages.js";
import type { ResponseFormat } from "./chat-schema.js";
import { checkedSchema } from "./constraints/json-schema.js";

const ANY_OBJECT = '{"type":"object"}';

/** Null for plain text. @throws ApiError */
export function formatConstraint(format: ResponseFormat | undefined): Constraint | null {
  switch (format?.type) {
    case "json_object":
      return { kind: "schema", text: ANY_OBJECT };
    case "json_schema": {
      const { schema, strict = false } = format.json_schema;
      const param = "response_format.json_schema.schema";
      return { kind: "schema", text: schema ? checkedSchema(schema, param, strict) : ANY_OBJECT };
    }
    default:
      return null;
  }
}
