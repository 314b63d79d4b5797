import type { ChatPrompt, ModelInfo } from "../engine/messages.js";
import { ApiError } from "./errors.js";

/** Whether a chat asks for thoughts; null leaves it to the template. @throws ApiError when it says both. */
export function thinkingOf(effort: string | undefined, enabled: boolean | undefined): boolean | null {
  if (effort !== "none") return enabled ?? null;
  if (!enabled) return false;
  const what = "'reasoning_effort': \"none\" and 'chat_template_kwargs.enable_thinking': true";
  throw new ApiError("conflicting_parameters", { what }, "reasoning_effort");
}

/** What asks a model to think, which not every one can. @throws ApiError */
export function checkThinking({ reasoningEffort, thinking }: ChatPrompt, { thinks }: ModelInfo): void {
  if (thinks) return;
  const refuse = (name: string) => new ApiError("thinking_not_supported", { what: `'${name}'` }, name);
  if (reasoningEffort !== "") throw refuse("reasoning_effort");
  if (thinking) throw refuse("chat_template_kwargs.enable_thinking");
}
