import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { ModelInfo } from "../../engine/messages.js";
import { tenantLabel } from "../access/tenant.js";
import { bytesOf, checkInputs, inputsOf, type EmbeddingInputs } from "../embedding-input.js";
import { embeddingSchema, type EmbeddingBody } from "../embedding-schema.js";
import type { AskModel, ModelCall, ModelCalls } from "../model-calls.js";
import { embeddingDocs } from "../openapi/embedding-docs.js";
import { portions } from "../portions.js";
import { shorterLength } from "../shorter-vectors.js";

export function embeddingRoutes(app: FastifyInstance, calls: ModelCalls): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post(
      "/v1/embeddings",
      { schema: { body: embeddingSchema }, config: { docs: embeddingDocs } },
      (request, reply) => {
        const { body } = request;
        const all = inputsOf(body.input);
        void reply.type("application/json; charset=utf-8");
        return calls.serve(callOf(body, all), request, reply, (ask, info) =>
          embed(ask, info, tenantLabel(request.tenant), body, all),
        );
      },
    );
}

function callOf({ model, priority, dimensions }: EmbeddingBody, all: EmbeddingInputs): ModelCall {
  return {
    ...{ model, priority, paramOf: all.paramOf },
    kinds: ["embedding"],
    takesSlot: true,
    bytes: bytesOf(all.inputs),
    check: (info) => {
      shorterLength(dimensions, info);
      checkInputs(all, info);
    },
  };
}

/** The body as text, because the engine gives the vectors as such. */
async function embed(
  ask: AskModel,
  info: ModelInfo,
  tenant: string,
  { model = info.id, encoding_format: encoding, dimensions }: EmbeddingBody,
  { inputs }: EmbeddingInputs,
): Promise<string> {
  const shorter = shorterLength(dimensions, info);
  const data: string[] = [];
  let read = 0;
  for (const { first, part } of portions(inputs)) {
    const call = { kind: "embed", tenant, inputs: part, dimensions: shorter, encoding } as const;
    const { vectors, tokens } = await ask(call, first);
    for (const vector of vectors)
      data.push(`{"object":"embedding","index":${data.length},"embedding":${vector}}`);
    for (const count of tokens) read += count;
  }
  const usage = `{"prompt_tokens":${read},"total_tokens":${read}}`;
  return `{"object":"list","data":[${data.join(",")}],"model":${JSON.stringify(model)},"usage":${usage}}`;
}
