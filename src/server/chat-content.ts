import type { ChatMessage } from "./chat-schema.js";

export type ChatContent = NonNullable<ChatMessage["content"]>;

/** Texts of another API's message as a chat's content: several stay apart, as templates may read them. */
export function chatContent(content: string | readonly { text: string }[]): ChatContent {
  if (typeof content === "string") return content;
  if (content.length < 2) return content[0]?.text ?? "";
  return content.map(({ text }) => ({ type: "text", text }));
}
