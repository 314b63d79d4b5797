import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { MakeAnswer } from "../answer.js";
import { useErrorBodies } from "../error-answers.js";
import { ApiError } from "../errors.js";
import { EventStream } from "../event-stream.js";
import type { Generation } from "../generation.js";
import {
  deletedResponseDocs,
  inputItemsDocs,
  responsesDocs,
  storedResponseDocs,
} from "../openapi/response-docs.js";
import { itemsOf } from "../responses/items.js";
import { listItems } from "../responses/item-list.js";
import { ResponseStream, WholeResponse, type ResponseListener } from "../responses/response-answer.js";
import { conversationOf, type ResponseStore, type StoredResponse } from "../responses/response-store.js";
import { responsesCall } from "../responses/responses-call.js";
import { responsesError } from "../responses/responses-error.js";
import {
  inputItemsSchema,
  responsesSchema,
  retrievalSchema,
  type ResponsesBody,
} from "../responses/responses-schema.js";
import { cut } from "../schema-errors.js";

/** Errors of this scope name the fields of this API. */
export function responseRoutes(app: FastifyInstance, generation: Generation, store: ResponseStore): void {
  useErrorBodies(app, responsesError);
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post(
      "/v1/responses",
      { schema: { body: responsesSchema }, config: { docs: responsesDocs } },
      (request, reply) => {
        const { body } = request;
        const tenant = request.tenant.name;
        const earlier = earlierOf(body, store, tenant);
        const input = itemsOf(body.input);
        const call = responsesCall(body, conversationOf(earlier), input);
        const makeAnswer = answerMaker(body, (response) => {
          if (body.store) store.put(tenant, response, input, earlier);
        });
        return generation.serve(call, makeAnswer, request, reply);
      },
    );
}

function earlierOf(body: ResponsesBody, store: ResponseStore, tenant: string): StoredResponse | null {
  const id = body.previous_response_id;
  if (id === undefined) return null;
  const earlier = store.get(tenant, id);
  if (!earlier) throw new ApiError("previous_response_not_found", { id }, "previous_response_id");
  return earlier;
}

function answerMaker(body: ResponsesBody, onEnded: ResponseListener): MakeAnswer {
  if (!body.stream) return (context) => new WholeResponse(body, context, onEnded);
  return (context) => new ResponseStream(body, context, new EventStream(context.reply), onEnded);
}

/** What can be done with a response that is kept. */
export function storedResponseRoutes(app: FastifyInstance, store: ResponseStore): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  typed.get(
    "/v1/responses/:id",
    { schema: { querystring: retrievalSchema }, config: { docs: storedResponseDocs } },
    (request) => Promise.resolve(find(request, store).response),
  );
  typed.delete("/v1/responses/:id", { config: { docs: deletedResponseDocs } }, (request) => {
    const { id } = find(request, store).response;
    store.delete(request.tenant.name, id);
    return Promise.resolve({ id, object: "response", deleted: true });
  });
  typed.get(
    "/v1/responses/:id/input_items",
    { schema: { querystring: inputItemsSchema }, config: { docs: inputItemsDocs } },
    (request) => Promise.resolve(listItems(find(request, store).input, request.query)),
  );
}

function find(request: FastifyRequest, store: ResponseStore): StoredResponse {
  const { id } = request.params as { id: string };
  const stored = store.get(request.tenant.name, id);
  if (!stored) throw new ApiError("response_not_found", { id: cut(id) });
  return stored;
}
