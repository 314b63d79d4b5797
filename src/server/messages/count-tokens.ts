import type { ModelCall, ModelCalls } from "../model-calls.js";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ChatPrompt } from "../../engine/messages.js";
import { checkThinking } from "../thinking.js";

/**
 * Asks the engine how many tokens a prompt has.
 * @param model As the client named it, if it did.
 * @returns Undefined when the client has left.
 * @throws ApiError
 */
export type CountTokens = (
  prompt: ChatPrompt,
  model: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<number | undefined>;

/** Has the engine write the chat in tokens, and counts them. */
export function tokenCounter(calls: ModelCalls): CountTokens {
  return (prompt, model, request, reply) => {
    const bytes = prompt.messages.length + prompt.tools.length;
    const call: ModelCall = {
      model,
      kinds: ["generation"],
      takesSlot: false,
      bytes,
      check: (info) => checkThinking(prompt, info),
      paramOf: () => "messages",
    };
    return calls.serve(call, request, reply, async (ask) => {
      const { tokens } = await ask({ kind: "tokenize-chat", prompt, withPieces: false });
      return tokens.length;
    });
  };
}
