import OpenAI from "openai";
import type { Response as OpenAIResponse } from "openai/resources/responses/responses";
import { describe, expect, it } from "vitest";
import type { FinishReason } from "../../../src/server/answer.js";
import type { AnswerPiece } from "../../../src/server/answer-piece.js";
import { ApiError } from "../../../src/server/errors.js";
import { ResponseStream, WholeResponse } from "../../../src/server/responses/response-answer.js";
import type { ResponsesBody } from "../../../src/server/responses/responses-schema.js";
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

const BODY = { input: "hi", store: true, temperature: 1, top_p: 1, parallel_tool_calls: true, tools: [] };
const body = BODY as unknown as ResponsesBody;
const LOGPROB = { token: 1, logprob: -0.5, top: [[1, -0.5]] as [number, number][] };
const ignore = () => {};

function whole(pieces: AnswerPiece[], finish?: FinishReason, logprobs: number | null = null): OpenAIResponse {
  const answer = new WholeResponse(body, contextOf({ logprobs }), ignore);
  return play(answer, pieces, finish).finish() as unknown as OpenAIResponse;
}

function streamed(pieces: AnswerPiece[], finish?: FinishReason): TextStream {
  const stream = new TextStream();
  play(
    new ResponseStream(body, contextOf({ logprobs: 1 }), stream.asEventStream, ignore),
    pieces,
    finish,
  ).finish();
  return stream;
}

/** What the official client's helper makes of a stream. */
function assembled({ text }: TextStream): Promise<OpenAIResponse> {
  const headers = { "content-type": "text/event-stream" };
  const fetch = () => Promise.resolve(new Response(text, { headers }));
  return new OpenAI({ apiKey: "none", fetch }).responses.stream({ model: "m", input: "" }).finalResponse();
}

/** Without what is random, a clock's, or the helper's. */
function comparable(response: OpenAIResponse): object {
  const { id, completed_at, ...same } = response;
  expect(id).toMatch(/^resp_[0-9a-f]{32}$/);
  expect(completed_at === null || completed_at! >= response.created_at).toBe(true);
  const text = JSON.stringify({ output_parsed: null, ...same, output_text: "" });
  const plain = text.replaceAll(/"id":"(msg|rs|fc)_[0-9a-f]{32}"/g, '"id":"$1"');
  return JSON.parse(plain.replaceAll(/,"(parsed|parsed_arguments)":null/g, "")) as object;
}

describe("a response", () => {
  it("holds thoughts, words and calls as items", () => {
    const { output } = whole([
      piece(thought("hm"), content("Yes")),
      piece(call(0, '{"a":', "f"), call(0, "1}")),
    ]);
    const id = expect.any(String) as string;
    expect(output).toEqual([
      {
        id,
        type: "reasoning",
        status: "completed",
        summary: [],
        content: [{ type: "reasoning_text", text: "hm" }],
      },
      {
        id,
        type: "message",
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", text: "Yes", annotations: [], logprobs: [] }],
      },
      { id, type: "function_call", status: "completed", call_id: "call0", name: "f", arguments: '{"a":1}' },
    ]);
  });

  it("counts cached tokens among the others", () => {
    expect(whole([plain("a")]).usage).toEqual({
      input_tokens: 7,
      input_tokens_details: { cached_tokens: 3, cache_write_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 12,
    });
  });

  it("that the limit cut is incomplete, and so is its last item", () => {
    const response = whole([piece(thought("hm"), content("Ye"))], "length");
    expect(response).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      completed_at: null,
      output: [{ status: "completed" }, { status: "incomplete" }],
    });
  });

  it("holds the logprobs of its words", () => {
    const { output } = whole([plain("b", [LOGPROB])], "stop", 1);
    const one = { token: "b", logprob: -0.5, bytes: [98] };
    expect(output).toMatchObject([{ content: [{ text: "b", logprobs: [{ ...one, top_logprobs: [one] }] }] }]);
  });
});

describe("a streamed response", () => {
  it("tells its events in OpenAI's order and counts them", () => {
    const { events } = streamed([
      piece(thought("hm")),
      piece(content("Ye"), content("s")),
      piece(call(0, "{}", "f")),
    ]);
    expect(events.every(({ event, data }) => event === data.type)).toBe(true);
    expect(events.map(({ data }) => data["sequence_number"])).toEqual(events.map((_, index) => index));
    expect(events.map(({ event }) => event.replace("response.", ""))).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "content_part.added",
      "reasoning_text.delta",
      "reasoning_text.done",
      "content_part.done",
      "output_item.done",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "output_item.added",
      "function_call_arguments.delta",
      "function_call_arguments.done",
      "output_item.done",
      "completed",
    ]);
  });

  it("says the same of an item when it is done as in the end", () => {
    for (const finish of ["stop", "length"] as const) {
      const { events } = streamed([piece(thought("hm"), content("Ye")), piece(call(0, "{", "f"))], finish);
      const done = events.filter(({ event }) => event === "response.output_item.done");
      const { response } = events.at(-1)!.data as unknown as { response: OpenAIResponse };
      expect(done.map(({ data }) => data["item"])).toEqual(response.output);
    }
  });

  it("is put together by the official client to what a whole one is", async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const pieces = randomPieces(seed);
      const finish = seed % 3 === 0 ? "length" : "stop";
      const text = await assembled(streamed(pieces, finish));
      expect(comparable(text)).toEqual(comparable(whole(pieces, finish)));
    }
  });

  it("is put together from its deltas alone to the same items", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { events } = streamed(randomPieces(seed));
      const texts: string[] = [];
      for (const { event, data } of events) {
        const index = data["output_index"] as number;
        if (event.endsWith(".delta")) texts[index] = (texts[index] ?? "") + (data["delta"] as string);
        if (event === "response.output_item.added") texts[index] = "";
      }
      const { response } = events.at(-1)!.data as unknown as { response: OpenAIResponse };
      expect(texts).toEqual(response.output.map(textOf));
    }
  });

  it("brings the logprobs of a token with its text", () => {
    const { events } = streamed([plain("b", [LOGPROB])]);
    const logprobs = [expect.objectContaining({ token: "b", logprob: -0.5 })];
    for (const name of ["delta", "done"])
      expect(events.find(({ event }) => event === `response.output_text.${name}`)!.data).toMatchObject({
        logprobs,
      });
  });

  it("that fails ends as a failed response", async () => {
    const stream = new TextStream();
    const answer = new ResponseStream(body, contextOf(), stream.asEventStream, ignore);
    answer.piece(0, plain("a"));
    expect(answer.fail(new ApiError("engine_restarting"))).toBe(true);
    expect(await assembled(stream)).toMatchObject({
      status: "failed",
      error: { code: "server_error", message: expect.stringContaining("engine") as string },
      output: [{ status: "incomplete", content: [{ text: "a" }] }],
    });
  });

  it.each([
    [new ApiError("deadline_exceeded", { seconds: 1 }), "server_error"],
    [new ApiError("constraint_failed", { reason: "x" }), "invalid_prompt"],
    [new ApiError("queue_full"), "rate_limit_exceeded"],
    [new ApiError("drain_timeout"), "server_error"],
  ])("tells %s as %s", async (error, code) => {
    const stream = new TextStream();
    const answer = new ResponseStream(body, contextOf(), stream.asEventStream, ignore);
    answer.piece(0, plain("a"));
    answer.fail(error);
    expect(await assembled(stream)).toMatchObject({ status: "failed", error: { code } });
  });

  it("leaves an error to the reply while nothing was sent", () => {
    const stream = new TextStream();
    const answer = new ResponseStream(body, contextOf(), stream.asEventStream, ignore);
    expect(answer.fail(new ApiError("queue_full"))).toBe(false);
    expect(stream.text).toBe("");
  });
});

function textOf(item: OpenAIResponse["output"][number]): string {
  if (item.type === "function_call") return item.arguments;
  if (item.type === "message") return (item.content[0] as { text: string }).text;
  return (item as OpenAI.Responses.ResponseReasoningItem).content![0]!.text;
}
