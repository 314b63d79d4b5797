import type { Constraint } from "../../engine/messages.js";
import { chatPrompt, checkUnconstrained } from "../chat-prompt.js";
import { constraintOf } from "../constraints/constraint-fields.js";
import { checkedSchema } from "../constraints/json-schema.js";
import { ApiError } from "../errors.js";
import type { GenerationCall } from "../generation-call.js";
import { ANY_OBJECT } from "../response-format.js";
import { callOf } from "../sampling-schema.js";
import type { Item } from "./items.js";
import { chatPartsOf } from "./responses-prompt.js";
import type { ResponsesBody } from "./responses-schema.js";

/** @param earlier The conversation before `input`. @throws ApiError */
export function responsesCall(body: ResponsesBody, earlier: Item[], input: Item[]): GenerationCall {
  const prompt = chatPrompt(chatPartsOf(body, earlier, input));
  const constraint = constraintOfResponses(body);
  checkUnconstrained(prompt, constraint);
  return {
    ...callOf({ ...body, stream_options: undefined }),
    prompts: [prompt],
    n: 1,
    maxTokens: body.max_output_tokens ?? null,
    constraint,
    logprobs: logprobsOf(body),
    prediction: "",
    promptLogprobs: null,
  };
}

function constraintOfResponses(body: ResponsesBody): Constraint | null {
  return constraintOf(body, formatConstraint(body.text));
}

function formatConstraint(text: ResponsesBody["text"]): Constraint | null {
  const format = text?.format;
  if (!format || format.type === "text") return null;
  const param = "text.format";
  if (format.type === "json_object") return { kind: "schema", text: ANY_OBJECT, param };
  const schema = checkedSchema(format.schema, `${param}.schema`, format.strict ?? false);
  return { kind: "schema", text: schema, param };
}

function logprobsOf({ include, top_logprobs }: ResponsesBody): number | null {
  if (include.length > 0) return top_logprobs ?? 0;
  if (top_logprobs === undefined || top_logprobs === 0) return null;
  const details = {
    what: "'top_logprobs'",
    expected: "given only with 'include': [\"message.output_text.logprobs\"]",
    received: "it without",
  };
  throw new ApiError("invalid_value", details, "top_logprobs");
}
