import type { ChatPrompt, Prompt } from "../../engine/messages.js";

type Change = (text: string) => string;

interface Message {
  content: string | { text?: string }[];
  reasoning_content?: string;
}

/** The prompt with its texts changed, but for tools and the arguments of their calls, which are JSON; null for token ids, in which there is none to see. */
export function changeTexts(prompt: Prompt, change: Change): Prompt | null {
  switch (prompt.kind) {
    case "tokens":
      return null;
    case "text":
      return { ...prompt, text: change(prompt.text) };
    case "infill":
      return { ...prompt, prefix: change(prompt.prefix), suffix: change(prompt.suffix) };
    case "chat":
      return changeChat(prompt, change);
  }
}

function changeChat(prompt: ChatPrompt, change: Change): ChatPrompt {
  const messages = JSON.parse(prompt.messages) as Message[];
  return { ...prompt, messages: JSON.stringify(messages.map((message) => changeMessage(message, change))) };
}

function changeMessage(message: Message, change: Change): Message {
  const { content, reasoning_content: thoughts } = message;
  return {
    ...message,
    content: typeof content === "string" ? change(content) : content.map((part) => changePart(part, change)),
    ...(thoughts === undefined ? {} : { reasoning_content: change(thoughts) }),
  };
}

function changePart(part: { text?: string }, change: Change): { text?: string } {
  return part.text === undefined ? part : { ...part, text: change(part.text) };
}
