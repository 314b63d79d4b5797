import type { Constraint } from "../../engine/messages.js";
import { chatPrompt, checkUnconstrained } from "../chat-prompt.js";
import { constraintOf } from "../constraints/constraint-fields.js";
import { checkedSchema } from "../constraints/json-schema.js";
import { ApiError } from "../errors.js";
import type { GenerationCall } from "../generation-call.js";
import { callOf } from "../sampling-schema.js";
import { chatPartsOf } from "./messages-prompt.js";
import type { MessagesBody } from "./messages-schema.js";

/** @throws ApiError */
export function messagesCall(body: MessagesBody): GenerationCall {
  if (body.thread !== undefined) throw new ApiError("thread_unsupported_request", {}, "thread");
  checkBudget(body);
  const prompt = chatPrompt(chatPartsOf(body));
  const constraint = constraintOfMessages(body);
  checkUnconstrained(prompt, constraint);
  return {
    ...callOf({ ...body, stop: body.stop_sequences }),
    prompts: [prompt],
    n: 1,
    maxTokens: body.max_tokens,
    constraint,
    logprobs: null,
    prediction: "",
    promptLogprobs: null,
  };
}

/** The budget is a goal, and `max_tokens` the limit of thoughts and words together. */
function checkBudget({ thinking, max_tokens }: MessagesBody): void {
  if (thinking?.type !== "enabled" || thinking.budget_tokens < max_tokens) return;
  const param = "thinking.budget_tokens";
  const received = String(thinking.budget_tokens);
  const expected = `less than 'max_tokens' (${max_tokens})`;
  throw new ApiError("invalid_value", { what: `'${param}'`, expected, received }, param);
}

function constraintOfMessages(body: MessagesBody): Constraint | null {
  const schema = body.output_config?.format?.schema;
  if (!schema) return constraintOf(body);
  const param = "output_config.format";
  return constraintOf(body, { kind: "schema", text: checkedSchema(schema, `${param}.schema`, true), param });
}
