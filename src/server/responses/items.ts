import { randomUUID } from "node:crypto";
import type { InputItem, ResponsesBody } from "./responses-schema.js";

type Kind = NonNullable<InputItem["type"]>;

/** An item of a conversation as it is kept and listed: its content in parts, and with an id. */
export type Item = InputItem & { type: Kind; id: string };

const PREFIXES: Record<Kind, string> = {
  message: "msg",
  function_call: "fc",
  function_call_output: "fco",
  reasoning: "rs",
};

export function newId(kind: Kind): string {
  return `${PREFIXES[kind]}_${randomUUID().replaceAll("-", "")}`;
}

export function itemsOf(input: ResponsesBody["input"]): Item[] {
  return typeof input === "string" ? [itemOf({ role: "user", content: input })] : input.map(itemOf);
}

function itemOf(item: InputItem): Item {
  const type = item.type ?? "message";
  const common = { type, id: item.id ?? newId(type), status: item.status ?? "completed" };
  if (!("role" in item) || typeof item.content !== "string") return { ...item, ...common } as Item;
  const part = item.role === "assistant" ? "output_text" : "input_text";
  return { ...item, content: [{ type: part, text: item.content }], ...common } as Item;
}
