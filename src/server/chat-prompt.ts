import type { Prompt } from "../engine/messages.js";
import type { ChatBody } from "./chat-schema.js";

/** What the template makes of roles and parts is the engine's affair: llama.cpp knows what each one reads. */
export function promptOf({ messages }: Pick<ChatBody, "messages">): Extract<Prompt, { kind: "chat" }> {
  const plain = messages.map(({ role, content }) => ({ role, content }));
  return { kind: "chat", messages: JSON.stringify(plain) };
}
