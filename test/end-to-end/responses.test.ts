import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TachoServer } from "./tacho-server.js";

let server: TachoServer;
let openai: OpenAI;
beforeAll(async () => {
  server = await TachoServer.start();
  openai = server.openai;
});
afterAll(async () => {
  await server.end();
});

const WEATHER: OpenAI.Responses.FunctionTool = {
  type: "function",
  name: "get_weather",
  description: "Get the current weather in a city.",
  parameters: {
    type: "object",
    properties: { city: { type: "string", description: "The city" } },
    required: ["city"],
  },
  strict: true,
};

const PERSON: OpenAI.Responses.ResponseFormatTextJSONSchemaConfig = {
  type: "json_schema",
  name: "person",
  schema: {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer" } },
    required: ["name", "age"],
    additionalProperties: false,
  },
  strict: true,
};

const greedy = (input: string, fields: object = {}) => ({
  model: server.model,
  input,
  temperature: 0,
  ...fields,
});

describe("responses of the default model", () => {
  test("answer a question, whole and streamed", async () => {
    const whole = await openai.responses.create(greedy("What is tacho?"));
    expect(whole.output_text).toContain("Tacho is a Node.js server");
    expect(whole.status).toBe("completed");
    const streamed = await openai.responses.stream(greedy("What is tacho?")).finalResponse();
    expect(streamed.output_text).toBe(whole.output_text);
    expect(streamed.usage!.total_tokens).toBe(whole.usage!.total_tokens);
  });

  test("go on from each other, each computed from where the last one stopped", async () => {
    const first = await openai.responses.create(greedy("My name is Mia."));
    const second = await openai.responses.create(
      greedy("What is my name?", { previous_response_id: first.id }),
    );
    expect(second.output_text).toContain("Mia");
    expect(second.usage!.input_tokens_details.cached_tokens).toBeGreaterThanOrEqual(
      first.usage!.input_tokens,
    );
  });

  test("stop where max_output_tokens says", async () => {
    const response = await openai.responses.create(greedy("Count to 20.", { max_output_tokens: 5 }));
    expect(response).toMatchObject({ status: "incomplete", usage: { output_tokens: 5 } });
  });

  test("call a tool, whole and streamed, and answer its result", async () => {
    const question = greedy("What is the weather in Paris?", { tools: [WEATHER] });
    const whole = await openai.responses.create(question);
    const [call] = whole.output as [OpenAI.Responses.ResponseFunctionToolCall];
    expect(call).toMatchObject({ type: "function_call", name: "get_weather" });
    expect(JSON.parse(call.arguments)).toEqual({ city: "Paris" });

    const streamed = await openai.responses.stream(question).finalResponse();
    expect(streamed.output).toMatchObject([{ name: "get_weather", parsed_arguments: { city: "Paris" } }]);

    const output = JSON.stringify({ temperature: 21, condition: "sunny" });
    const { output_text } = await openai.responses.create({
      ...question,
      previous_response_id: whole.id,
      input: [{ type: "function_call_output", call_id: call.call_id, output }],
    });
    expect(output_text).toContain("sunny");
    expect(output_text).toContain("21");
  });

  test("fit a schema, and are parsed by the client", async () => {
    const request = greedy("Mia is 23 years old.", { text: { format: PERSON } });
    const whole = await openai.responses.parse(request);
    expect(JSON.parse(whole.output_text)).toEqual({ name: "Mia", age: 23 });
    const streamed = await openai.responses.stream(request).finalResponse();
    expect(streamed.output_text).toBe(whole.output_text);
  });

  test("bring logprobs that add up to their text", async () => {
    const include = ["message.output_text.logprobs"];
    const { output, output_text } = await openai.responses.create(
      greedy("What is 2+2?", {
        include,
        top_logprobs: 2,
      }) as OpenAI.Responses.ResponseCreateParamsNonStreaming,
    );
    const [message] = output as [OpenAI.Responses.ResponseOutputMessage];
    const { logprobs } = message.content[0] as OpenAI.Responses.ResponseOutputText;
    const text = logprobs!.map(({ bytes }) => Buffer.from(bytes)).join("");
    expect(text.startsWith(output_text)).toBe(true);
    expect(logprobs!.every(({ logprob, top_logprobs }) => logprob <= 0 && top_logprobs.length === 2)).toBe(
      true,
    );
  });
});
