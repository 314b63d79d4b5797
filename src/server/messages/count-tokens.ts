import type { FastifyReply, FastifyRequest } from "fastify";
import type { ChatPrompt } from "../../engine/messages.js";

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
