import type { ChatPrompt } from "../../engine/messages.js";

/** Asks the engine how many tokens a prompt has, as the model named would be given it. @throws ApiError */
export type CountTokens = (prompt: ChatPrompt, model: string | undefined) => Promise<number>;
