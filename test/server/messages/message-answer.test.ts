import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, it } from "vitest";
import type { FinishReason } from "../../../src/server/answer.js";
import type { AnswerPiece } from "../../../src/server/answer-piece.js";
import { ApiError } from "../../../src/server/errors.js";
import { MessageStream, WholeMessage } from "../../../src/server/messages/message-answer.js";
import {
  call,
  content,
  contextOf,
  piece,
  plain,
  play,
  randomPieces,
  TextStream,
  thought,
} from "../scripted-answer.js";

function whole(pieces: AnswerPiece[], finish?: FinishReason, maxTokens?: number): Anthropic.Message {
  return play(new WholeMessage(contextOf({ maxTokens })), pieces, finish).finish() as Anthropic.Message;
}

function streamed(pieces: AnswerPiece[], finish?: FinishReason): TextStream {
  const stream = new TextStream();
  play(new MessageStream(contextOf(), stream.asEventStream), pieces, finish).finish();
  return stream;
}

/** What the official client's helper makes of a stream. */
function assembled({ text }: TextStream): Promise<Anthropic.Message> {
  const headers = { "content-type": "text/event-stream" };
  const fetch = () => Promise.resolve(new Response(text, { headers }));
  const client = new Anthropic({ apiKey: "none", fetch });
  return client.messages.stream({ model: "m", max_tokens: 1, messages: [] }).finalMessage();
}

/** Without what is random, and what the helper adds. */
function comparable(message: Anthropic.Message): object {
  expect(message.id).toMatch(/^msg_[0-9a-f]{32}$/);
  return JSON.parse(JSON.stringify({ parsed_output: null, ...message, id: "" })) as object;
}

describe("a message", () => {
  it("holds thoughts, words and calls as blocks", () => {
    const message = whole(
      [piece(thought("hm"), content("Yes")), piece(call(0, '{"a":', "f"), call(0, "1}"))],
      "tool_calls",
    );
    expect(message.content).toEqual([
      { type: "thinking", thinking: "hm", signature: "" },
      { type: "text", text: "Yes", citations: null },
      { type: "tool_use", id: "call0", name: "f", input: { a: 1 }, caller: { type: "direct" } },
    ]);
    expect(message).toMatchObject({
      type: "message",
      role: "assistant",
      model: "scripted",
      stop_reason: "tool_use",
    });
  });

  it("counts cached tokens beside the others", () => {
    const { usage } = whole([plain("a")]);
    expect(usage).toMatchObject({ input_tokens: 4, cache_read_input_tokens: 3, output_tokens: 5 });
  });

  it.each([
    ["stop", undefined, "end_turn"],
    ["length", 5, "max_tokens"],
    ["length", 6, "model_context_window_exceeded"],
    ["tool_calls", undefined, "tool_use"],
  ] as const)("that ended by %s with %s tokens allowed says %s", (finish, maxTokens, reason) => {
    expect(whole([plain("a")], finish, maxTokens).stop_reason).toBe(reason);
  });

  it("has no input for a call that was cut in two", () => {
    const { content: blocks } = whole([piece(call(0, '{"a":', "f"))], "length");
    expect(blocks).toMatchObject([{ type: "tool_use", input: {} }]);
  });
});

describe("a streamed message", () => {
  it("tells its events in Anthropic's order", () => {
    const { events } = streamed([
      piece(thought("h"), thought("m")),
      piece(content("Yes")),
      piece(call(0, "{}", "f")),
    ]);
    expect(events.every(({ event, data }) => event === data.type)).toBe(true);
    expect(events.map(({ data }) => [data.type, data["delta"] ?? data["index"]])).toEqual([
      ["message_start", undefined],
      ["content_block_start", 0],
      ["content_block_delta", { type: "thinking_delta", thinking: "h" }],
      ["content_block_delta", { type: "thinking_delta", thinking: "m" }],
      ["content_block_stop", 0],
      ["content_block_start", 1],
      ["content_block_delta", { type: "text_delta", text: "Yes" }],
      ["content_block_stop", 1],
      ["content_block_start", 2],
      ["content_block_delta", { type: "input_json_delta", partial_json: "{}" }],
      ["content_block_stop", 2],
      [
        "message_delta",
        { stop_reason: "end_turn", stop_sequence: null, stop_details: null, container: null },
      ],
      ["message_stop", undefined],
    ]);
  });

  it("is put together by the official client to what a whole one is", async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const pieces = randomPieces(seed);
      expect(comparable(await assembled(streamed(pieces)))).toEqual(comparable(whole(pieces)));
    }
  });

  it("begins and ends without a piece too", async () => {
    expect((await assembled(streamed([]))).content).toEqual([]);
  });

  it("ends with an error that the official client throws", async () => {
    const stream = new TextStream();
    const answer = new MessageStream(contextOf(), stream.asEventStream);
    answer.piece(0, plain("a"));
    expect(answer.fail(new ApiError("engine_restarting"))).toBe(true);
    expect(stream.events.at(-1)).toMatchObject({ event: "error", data: { request_id: "request-1" } });
    await expect(assembled(stream)).rejects.toMatchObject({
      type: "overloaded_error",
      errorCode: "engine_restarting",
    });
  });

  it("tells that it ran out of time as such", () => {
    const stream = new TextStream();
    const answer = new MessageStream(contextOf(), stream.asEventStream);
    answer.piece(0, plain("a"));
    answer.fail(new ApiError("deadline_exceeded", { seconds: 1 }));
    expect(stream.events.at(-1)!.data).toMatchObject({ error: { type: "timeout_error" } });
  });

  it("leaves an error to the reply while nothing was sent", () => {
    const stream = new TextStream();
    expect(new MessageStream(contextOf(), stream.asEventStream).fail(new ApiError("queue_full"))).toBe(false);
    expect(stream.text).toBe("");
  });
});
