import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChatPrompt, GenerateRequest } from "../../src/engine/messages.js";
import { newKey } from "../../src/server/access/api-key.js";
import { errorOf, Stand } from "./stand.js";

let stand: Stand;
let openai: OpenAI;
beforeAll(async () => {
  stand = await Stand.start();
  openai = clientOf(stand);
});
afterAll(() => stand.close());

function clientOf({ url }: Stand): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
}

const WEATHER = {
  type: "function" as const,
  name: "weather",
  description: "The weather of a city.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  strict: true,
};

const PARTS = [
  [{ kind: "reasoning", text: "hm" }],
  [{ kind: "content", text: "I look." }],
  [{ kind: "tool_call", index: 0, id: "call0", name: "weather", text: '{"city":' }],
  [{ kind: "tool_call", index: 0, id: "", name: "", text: '"Paris"}' }],
];
const CALLING = `parts ${JSON.stringify(PARTS)}`;

/** The engine's request, as the scripted host received it. */
async function echoed(fields: object): Promise<GenerateRequest> {
  const { output_text } = await openai.responses.create({ input: "echo", ...fields });
  return JSON.parse(output_text) as GenerateRequest;
}

const messagesOf = ({ prompt }: GenerateRequest) => JSON.parse((prompt as ChatPrompt).messages) as object[];

describe("responses", () => {
  it("are answered whole, with all fields of OpenAI's type", async () => {
    const response = await openai.responses.create({
      model: "scripted",
      input: "words 2",
      metadata: { a: "b" },
    });
    expect(response).toMatchObject({
      object: "response",
      status: "completed",
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      model: "scripted",
      output: [
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "word0 word1 " }] },
      ],
      output_text: "word0 word1 ",
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      service_tier: "default",
      store: true,
      temperature: 1,
      text: { format: { type: "text" } },
      tool_choice: "auto",
      tools: [],
      top_p: 1,
      truncation: "disabled",
      usage: {
        input_tokens: 7,
        input_tokens_details: { cached_tokens: 3 },
        output_tokens: 2,
        total_tokens: 9,
      },
      metadata: { a: "b" },
    });
    expect(response.id).toMatch(/^resp_/);
  });

  it("are incomplete when max_output_tokens ended them", async () => {
    const response = await openai.responses.create({ input: "words 9", max_output_tokens: 4 });
    expect(response).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    });
  });

  it("mark a call that a stop string cut", async () => {
    const request = { input: "cutcall", tools: [WEATHER], stop: "}" };
    const { output } = await openai.responses.create(request);
    expect(output).toMatchObject([{ type: "function_call", status: "incomplete", arguments: '{"city":"Pa' }]);
  });

  it("tell their timings where they are asked for, streamed too", async () => {
    const request = { input: "words 2", timings: true };
    const whole = await openai.responses.create(request);
    expect(whole).toMatchObject({ timings: { cache_n: 3, prompt_n: 4, predicted_n: 2 } });
    const streamed = await openai.responses.stream(request).finalResponse();
    expect(streamed).toMatchObject({ timings: { cache_n: 3, prompt_n: 4, predicted_n: 2 } });
    expect(await openai.responses.create({ input: "words 2" })).not.toHaveProperty("timings");
  });

  it("are streamed by the client's helper to what they are whole", async () => {
    const request = { model: "scripted", input: CALLING, tools: [WEATHER] };
    const stream = openai.responses.stream(request);
    const deltas: string[] = [];
    stream.on("response.function_call_arguments.delta", ({ snapshot }) => deltas.push(snapshot));
    const streamed = await stream.finalResponse();
    const whole = await openai.responses.create(request);
    const plain = (output: object) =>
      JSON.stringify(output, (key, value: unknown) =>
        /^(id|parsed|parsed_arguments)$/.test(key) ? undefined : value,
      );
    expect(plain(streamed.output)).toBe(plain(whole.output));
    expect(streamed.usage).toEqual(whole.usage);
    expect(deltas).toEqual(['{"city":', '{"city":"Paris"}']);
    expect(streamed.output.at(-1)).toMatchObject({ parsed_arguments: { city: "Paris" } });
  });

  it("are streamed without a [DONE]", async () => {
    const text = await (await stand.post("/v1/responses", { input: "words 1", stream: true })).text();
    expect(text).toMatch(/event: response.completed\ndata: \{.*\}\n\n$/);
    expect(text).not.toContain("[DONE]");
  });

  it("are parsed by the client where they have a schema", async () => {
    const format = {
      type: "json_schema" as const,
      name: "weather",
      schema: WEATHER.parameters,
      strict: true,
    };
    const { constraint } = await echoed({ text: { format } });
    expect(constraint).toMatchObject({ kind: "schema", text: JSON.stringify(WEATHER.parameters) });
  });

  it("bring the logprobs of their tokens when asked for", async () => {
    const tokens = [
      [
        3,
        -0.5,
        [
          [3, -0.5],
          [4, -1],
        ],
      ],
    ];
    const response = await openai.responses.create({
      input: `logprobs ${JSON.stringify(tokens)}`,
      include: ["message.output_text.logprobs"],
      top_logprobs: 1,
    });
    const bytes = [...Buffer.from("t3")];
    expect(response.output).toMatchObject([
      {
        content: [
          {
            text: "t3",
            logprobs: [
              { token: "t3", logprob: -0.5, bytes, top_logprobs: [{ token: "t3", logprob: -0.5, bytes }] },
            ],
          },
        ],
      },
    ]);
  });
});

describe("fields of responses", () => {
  it("reach the engine", async () => {
    const request = await echoed({
      instructions: "Be brief.",
      temperature: 0.5,
      top_p: 0.25,
      max_output_tokens: 50,
      tools: [WEATHER],
      tool_choice: { type: "function", name: "weather" },
      parallel_tool_calls: false,
      seed: 5,
      prompt_cache_key: "key",
      safety_identifier: "someone",
      user: "someone",
      truncation: "disabled",
      service_tier: "auto",
      background: false,
    });
    expect(request).toMatchObject({
      maxTokens: 50,
      sampling: { temperature: 0.5, topP: 0.25, seed: 5 },
      cacheSalt: "",
      constraint: null,
      prompt: { kind: "chat", toolChoice: "required", parallelToolCalls: false },
    });
    expect(messagesOf(request)[0]).toEqual({ role: "system", content: "Be brief." });
  });

  it("may be null where they may be left out", async () => {
    const content = [{ type: "input_text", text: "echo" }];
    const input = [{ type: "message", id: null, role: "user", content, status: null }];
    const nulls = {
      instructions: null,
      previous_response_id: null,
      tools: null,
      text: null,
      reasoning: null,
    };
    expect(messagesOf(await echoed({ input, ...nulls, include: null, store: null, metadata: null }))).toEqual(
      [{ role: "user", content: "echo" }],
    );
  });

  it("constrain the answer to an object of JSON", async () => {
    const { constraint } = await echoed({ text: { format: { type: "json_object" } } });
    expect(constraint).toMatchObject({ kind: "schema", text: '{"type":"object"}' });
  });

  const said = (...content: unknown[]) => ({ input: [{ role: "user", content }] });

  it.each([
    [{ input: undefined }, "input"],
    [{ input: [] }, "input"],
    [{ input: "\0" }, "input"],
    [{ input: [{ role: "tool", content: "a" }] }, "input[0].role"],
    [{ input: [{ type: "web_search_call", id: "a" }] }, "input[0].type"],
    [{ input: [{ type: "item_reference", id: "a" }] }, "input[0].type"],
    [{ input: [{ type: "reasoning" }] }, "input[0].summary"],
    [{ input: [{ type: "reasoning", summary: [], encrypted_content: "x" }] }, "input[0].encrypted_content"],
    [{ input: [{ type: "function_call", call_id: "a", name: "f" }] }, "input[0].arguments"],
    [{ input: [{ type: "function_call_output", call_id: "a", output: "1" }] }, "input[0].call_id"],
    [
      {
        input: [
          { role: "user", content: "a" },
          { type: "function_call", call_id: "a", name: "f", arguments: "{" },
        ],
      },
      "input[1].arguments",
    ],
    [said({ type: "input_image", image_url: "data:" }), "input[0].content[0].type"],
    [said({ type: "input_file", file_id: "a" }), "input[0].content[0].type"],
    [said({ type: "input_text" }), "input[0].content[0].text"],
    [said({ type: "input_text", text: "a", x: 1 }), "input[0].content[0].x"],
    [{ tools: [{ type: "web_search" }] }, "tools[0].type"],
    [{ tools: [{ type: "custom", name: "f" }] }, "tools[0].type"],
    [{ tools: [{ type: "function" }] }, "tools[0].name"],
    [{ tools: [WEATHER, WEATHER] }, "tools[1].name"],
    [{ tools: [{ ...WEATHER, parameters: { minItems: -1 } }] }, "tools[0].parameters.minItems"],
    [{ tools: [WEATHER], tool_choice: { type: "function", name: "other" } }, "tool_choice.name"],
    [{ tools: [WEATHER], tool_choice: { type: "file_search" } }, "tool_choice.type"],
    [{ tool_choice: "required" }, "tools"],
    [{ text: { format: { type: "xml" } } }, "text.format.type"],
    [{ text: { format: { type: "json_schema", name: "a" } } }, "text.format.schema"],
    [{ text: { verbosity: "low" } }, "text.verbosity"],
    [{ tools: [WEATHER], text: { format: { type: "json_object" } } }, "tools"],
    [{ reasoning: { effort: "huge" } }, "reasoning.effort"],
    [{ reasoning: { effort: "low" } }, "reasoning.effort"],
    [{ reasoning: { summary: "detailed" } }, "reasoning.summary"],
    [{ include: ["reasoning.encrypted_content"] }, "include[0]"],
    [{ top_logprobs: 5 }, "top_logprobs"],
    [{ truncation: "auto" }, "truncation"],
    [{ background: true }, "background"],
    [{ service_tier: "flex" }, "service_tier"],
    [{ conversation: "c" }, "conversation"],
    [{ prompt: { id: "p" } }, "prompt"],
    [{ max_tokens: 5 }, "max_tokens"],
    [{ metadata: { a: 1 } }, "metadata.a"],
    [{ stream: true, stream_options: { include_obfuscation: true } }, "stream_options.include_obfuscation"],
    [{ x: 1 }, "x"],
  ])("are refused by name: %j", async (fields, param) => {
    const response = await stand.post("/v1/responses", { input: "words 1", ...fields });
    expect(await errorOf(response)).toMatchObject({ type: "invalid_request_error", param });
    expect(response.status).toBe(400);
  });
});

describe("a conversation of responses", () => {
  it("goes on from the one before, without its instructions", async () => {
    const first = await openai.responses.create({ input: "words 1", instructions: "Old." });
    const second = await openai.responses.create({
      input: CALLING,
      previous_response_id: first.id,
      tools: [WEATHER],
    });
    const third = await echoed({
      previous_response_id: second.id,
      instructions: "New.",
      input: [
        { type: "function_call_output", call_id: "call0", output: "rain" },
        { role: "user", content: "echo" },
      ],
    });
    expect(messagesOf(third)).toEqual([
      { role: "system", content: "New." },
      { role: "user", content: "words 1" },
      { role: "assistant", content: "word0 " },
      { role: "user", content: CALLING },
      {
        role: "assistant",
        content: "I look.",
        reasoning_content: "hm",
        tool_calls: [
          { id: "call0", type: "function", function: { name: "weather", arguments: '{"city":"Paris"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call0", content: "rain" },
      { role: "user", content: "echo" },
    ]);
  });

  it("goes on from a stream, and from items sent back, to the same prompt", async () => {
    const request = { model: "scripted", input: CALLING, tools: [WEATHER] };
    const first = await openai.responses.stream(request).finalResponse();
    const output = { type: "function_call_output" as const, call_id: "call0", output: "echo" };
    const kept = await echoed({ previous_response_id: first.id, input: [output] });
    const { output: items } = await openai.responses.retrieve(first.id);
    const sent = await echoed({ input: [{ role: "user", content: CALLING }, ...items, output] });
    expect(messagesOf(kept)).toEqual(messagesOf(sent));
  });

  it("goes on without a call that its limit cut", async () => {
    const first = await openai.responses.create({ input: CALLING.replace("parts", "cut"), tools: [WEATHER] });
    expect(first.output.at(-1)).toMatchObject({ type: "function_call", status: "incomplete" });
    const second = await echoed({ previous_response_id: first.id });
    expect(messagesOf(second).slice(1)).toEqual([
      { role: "assistant", content: "I look.", reasoning_content: "hm" },
      { role: "user", content: "echo" },
    ]);
  });

  it("can be looked at and deleted", async () => {
    const first = await openai.responses.create({ input: "words 1" });
    expect(await openai.responses.retrieve(first.id)).toEqual(first);
    const second = await openai.responses.create({ input: "words 2", previous_response_id: first.id });
    const items: string[] = [];
    for await (const item of openai.responses.inputItems.list(second.id, { limit: 1, order: "asc" }))
      items.push(((item as OpenAI.Responses.ResponseInputMessageItem).content[0] as { text: string }).text);
    expect(items).toEqual(["words 1", "word0 ", "words 2"]);
    await openai.responses.delete(second.id);
    await expect(openai.responses.retrieve(second.id)).rejects.toMatchObject({
      status: 404,
      code: "response_not_found",
    });
    expect((await fetch(`${stand.url}/v1/responses/${second.id}`, { method: "DELETE" })).status).toBe(404);
  });

  it("is not kept when store is false, nor when it failed", async () => {
    const { id } = await openai.responses.create({ input: "words 1", store: false });
    await expect(openai.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(
      openai.responses.create({ input: "words 1", previous_response_id: id }),
    ).rejects.toMatchObject({
      status: 400,
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
  });

  it("is known to its tenant alone", async () => {
    const keys = [newKey(), newKey()];
    const shared = await Stand.start({ apiKey: keys.join(",") });
    const [one, other] = keys.map(
      (apiKey) => new OpenAI({ baseURL: `${shared.url}/v1`, apiKey, maxRetries: 0 }),
    );
    const { id } = await one!.responses.create({ input: "words 1" });
    await expect(other!.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(other!.responses.delete(id)).rejects.toMatchObject({ status: 404 });
    await expect(other!.responses.create({ input: "a", previous_response_id: id })).rejects.toMatchObject({
      code: "previous_response_not_found",
    });
    expect((await one!.responses.retrieve(id)).id).toBe(id);
    await shared.close();
  });

  it("is kept within the bounds that are set", async () => {
    const small = await Stand.start({ storedResponses: 1 });
    const client = clientOf(small);
    const first = await client.responses.create({ input: "words 1" });
    const second = await client.responses.create({ input: "words 1" });
    await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
    expect((await client.responses.retrieve(second.id)).id).toBe(second.id);
    await small.close();
  });

  it.each([
    ["?stream=true", "stream"],
    ["?x=1", "x"],
    ["/input_items?limit=0", "limit"],
    ["/input_items?limit=101", "limit"],
    ["/input_items?order=up", "order"],
    ["/input_items?after=x", "after"],
  ])("refuses queries by name: %s", async (query, param) => {
    const { id } = await openai.responses.create({ input: "words 1" });
    const response = await fetch(`${stand.url}/v1/responses/${id}${query}`);
    expect(await errorOf(response)).toMatchObject({ param });
    expect(response.status).toBe(400);
  });
});

describe("failures of responses", () => {
  it.each([
    ["template", 400, "template_failed"],
    ["broken", 500, "engine_failed"],
  ])("are OpenAI's errors before the first event: %s", async (input, status, code) => {
    for (const stream of [false, true])
      await expect(openai.responses.create({ input, stream })).rejects.toMatchObject({ status, code });
  });

  it("end a stream that has begun as a failed response", async () => {
    const response = await openai.responses.stream({ model: "scripted", input: "crash" }).finalResponse();
    expect(response).toMatchObject({ status: "failed", error: { code: "server_error" } });
    await expect(openai.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
    while ((await stand.readiness()) !== 200);
  });
});
