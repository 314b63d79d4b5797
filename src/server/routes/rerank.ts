import { randomUUID } from "node:crypto";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { ModelInfo } from "../../engine/messages.js";
import { tenantLabel } from "../access/tenant.js";
import type { AskModel, ModelCall, ModelCalls } from "../model-calls.js";
import { rerankDocs } from "../openapi/rerank-docs.js";
import { portions } from "../portions.js";
import { rerankSchema, type RerankBody } from "../rerank-schema.js";

/** As Jina, Cohere and llama-server name it. */
const URLS = [
  ["/v1/rerank", "rerank"],
  ["/rerank", "rerankUnversioned"],
] as const;

export function rerankRoutes(app: FastifyInstance, calls: ModelCalls): void {
  for (const [url, operationId] of URLS) {
    app
      .withTypeProvider<TypeBoxTypeProvider>()
      .post(
        url,
        { schema: { body: rerankSchema }, config: { docs: rerankDocs(operationId) } },
        (request, reply) => {
          const { body } = request;
          const texts = body.documents.map((document) =>
            typeof document === "string" ? document : document.text,
          );
          return calls.serve(callOf(body, texts), request, reply, (ask, info) =>
            rank(ask, info, tenantLabel(request.tenant), body, texts),
          );
        },
      );
  }
}

function callOf({ model, priority, query }: RerankBody, texts: string[]): ModelCall {
  return {
    ...{ model, priority },
    kinds: ["rerank"],
    takesSlot: true,
    bytes: texts.reduce((sum, { length }) => sum + length, query.length),
    paramOf: (index) => (index === null ? "documents" : `documents[${index}]`),
  };
}

async function rank(
  ask: AskModel,
  info: ModelInfo,
  tenant: string,
  { model = info.id, query, top_n, return_documents }: RerankBody,
  texts: string[],
): Promise<object> {
  const scores: number[] = [];
  let read = 0;
  for (const { first, part } of portions(texts)) {
    const ranked = await ask({ kind: "rank", tenant, query, documents: part }, first);
    scores.push(...ranked.scores);
    for (const count of ranked.tokens) read += count;
  }
  const results = scores
    .map((relevance_score, index) => ({
      ...{ index, relevance_score },
      ...(return_documents ? { document: { text: texts[index] } } : {}),
    }))
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, top_n);
  const usage = { prompt_tokens: read, total_tokens: read };
  return { id: `rerank-${randomUUID().replaceAll("-", "")}`, object: "list", model, results, usage };
}
