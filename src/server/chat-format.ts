import type { AnswerFormat } from "./answer-format.js";

/** Chat completions, as in OpenAI's reference. */
export const chatFormat: AnswerFormat = {
  idPrefix: "chatcmpl-",
  object: "chat.completion",
  choice: (content, finish) => ({
    index: 0,
    message: { role: "assistant", content, refusal: null },
    logprobs: null,
    finish_reason: finish,
  }),
  stream: {
    object: "chat.completion.chunk",
    opening: '{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}',
    before: '{"index":0,"delta":{"content":',
    after: '},"logprobs":null,"finish_reason":null}',
    closing: (finish) => `{"index":0,"delta":{},"logprobs":null,"finish_reason":"${finish}"}`,
  },
};
