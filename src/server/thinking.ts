import type { ChatPrompt, ModelInfo } from "../engine/messages.js";
import { ApiError } from "./errors.js";

/** What asks a model to think, which not every one can. @throws ApiError */
export function checkThinking({ reasoningEffort, thinking }: ChatPrompt, { thinks }: ModelInfo): void {
  if (thinks) return;
  const refuse = (name: string) => new ApiError("thinking_not_supported", { what: `'${name}'` }, name);
  if (reasoningEffort !== "") throw refuse("reasoning_effort");
  if (thinking) throw refuse("chat_template_kwargs.enable_thinking");
}
