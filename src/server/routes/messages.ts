import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { chatPrompt } from "../chat-prompt.js";
import { useErrorBodies } from "../error-answers.js";
import { EventStream } from "../event-stream.js";
import type { Generation } from "../generation.js";
import type { CountTokens } from "../messages/count-tokens.js";
import { MessageStream, WholeMessage } from "../messages/message-answer.js";
import { messagesCall } from "../messages/messages-call.js";
import { messagesError } from "../messages/messages-error.js";
import { chatPartsOf } from "../messages/messages-prompt.js";
import { countTokensSchema, messagesSchema } from "../messages/messages-schema.js";
import { countTokensDocs, messagesDocs } from "../openapi/message-docs.js";

/** Anthropic's routes: their failures too are worded as Anthropic's. */
export function messageRoutes(app: FastifyInstance, generation: Generation): void {
  useMessagesErrors(app);
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post(
      "/v1/messages",
      { schema: { body: messagesSchema }, config: { docs: messagesDocs } },
      (request, reply) => {
        const { body } = request;
        return generation.serve(
          messagesCall(body),
          (context) =>
            body.stream ? new MessageStream(context, new EventStream(reply)) : new WholeMessage(context),
          request,
          reply,
        );
      },
    );
}

/** In a scope of its own too. */
export function countTokensRoute(app: FastifyInstance, countTokens: CountTokens): void {
  useMessagesErrors(app);
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post(
      "/v1/messages/count_tokens",
      { schema: { body: countTokensSchema }, config: { docs: countTokensDocs } },
      async (request, reply) => {
        const { body } = request;
        const count = await countTokens(chatPrompt(chatPartsOf(body)), body.model, request, reply);
        return count === undefined ? undefined : { input_tokens: count };
      },
    );
}

function useMessagesErrors(app: FastifyInstance): void {
  useErrorBodies(app, (error, { id }) => messagesError(error, id));
  // Where its client looks for it; twice, since streams skip the one, and keys that are wrong the other.
  const tellId = ({ id }: FastifyRequest, reply: FastifyReply) => void reply.header("request-id", id);
  app.addHook("onRequest", (request, reply, done) => {
    tellId(request, reply);
    done();
  });
  app.addHook("onSend", (request, reply, _, done) => {
    tellId(request, reply);
    done();
  });
}
