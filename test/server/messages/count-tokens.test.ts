import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalog } from "../../../src/metrics/catalog.js";
import { readAccess } from "../../../src/server/access/access.js";
import { ApiError } from "../../../src/server/errors.js";
import { HttpListener } from "../../../src/server/http-listener.js";
import type { CountTokens } from "../../../src/server/messages/count-tokens.js";
import { Meters } from "../../../src/server/meters.js";
import { countTokensRoute } from "../../../src/server/routes/messages.js";
import { readSettings } from "../../../src/server/settings-reader.js";
import { openTelemetry } from "../../../src/telemetry/index.js";

const telemetry = openTelemetry(catalog);
let listener: HttpListener;
let client: Anthropic;

/** A count of characters, which is enough to see what it was given. */
beforeAll(async () => {
  const count: CountTokens = (prompt, model) => {
    if (model === "other")
      throw new ApiError("model_not_found", { model, known: "this server serves 'm'" }, "model");
    return Promise.resolve(prompt.messages.length + prompt.tools.length);
  };
  const meters = new Meters(telemetry.metrics);
  const everybody = readAccess(readSettings(new Map(), {}));
  listener = new HttpListener(meters, (app) => countTokensRoute(app, count), everybody);
  await listener.listen("127.0.0.1", 0);
  client = new Anthropic({ baseURL: listener.url, apiKey: "none", maxRetries: 0 });
});
afterAll(() => listener.close());

const request: Anthropic.MessageCountTokensParams = {
  model: "m",
  system: "Be brief.",
  messages: [{ role: "user", content: "hi" }],
};

describe("the count of a prompt's tokens", () => {
  it("is asked of the engine, for the same prompt as a message has", async () => {
    const chat = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hi" },
    ];
    expect(await client.messages.countTokens(request)).toEqual({ input_tokens: JSON.stringify(chat).length });
    const tools = [{ name: "f", input_schema: { type: "object" as const } }];
    const counted = await client.messages.countTokens({ ...request, tools });
    expect(counted.input_tokens).toBeGreaterThan(JSON.stringify(chat).length + 20);
  });

  it("fails in Anthropic's way", async () => {
    await expect(client.messages.countTokens({ ...request, model: "other" })).rejects.toMatchObject({
      status: 404,
      type: "not_found_error",
    });
    await expect(client.messages.countTokens({ ...request, messages: [] })).rejects.toMatchObject({
      status: 400,
      details: { param: "messages" },
    });
    const extra = { ...request, max_tokens: 1 };
    await expect(client.messages.countTokens(extra)).rejects.toMatchObject({
      details: { param: "max_tokens" },
    });
  });
});
