import type { AnswerFormat } from "./answer-format.js";

/** The older completions, as in OpenAI's reference: whole answers and chunks share one shape. */
export const completionFormat: AnswerFormat = {
  idPrefix: "cmpl-",
  object: "text_completion",
  choice: (text, finish) => ({ text, index: 0, logprobs: null, finish_reason: finish }),
  stream: {
    object: "text_completion",
    opening: null,
    before: '{"text":',
    after: ',"index":0,"logprobs":null,"finish_reason":null}',
    closing: (finish) => `{"text":"","index":0,"logprobs":null,"finish_reason":"${finish}"}`,
  },
};
