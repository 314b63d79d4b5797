import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { ChatPrompt, EngineCall, ModelInfo, Tokenized } from "../../engine/messages.js";
import { chatPrompt } from "../chat-prompt.js";
import { ApiError } from "../errors.js";
import type { ModelCall, ModelCalls } from "../model-calls.js";
import { detokenizeDocs, templateDocs, tokenizeDocs } from "../openapi/token-docs.js";
import { shown } from "../schema-errors.js";
import { checkThinking } from "../thinking.js";
import { checkForm } from "../tokenization-forms.js";
import { checkTokens, isTokenId } from "../token-ids.js";
import { pieceOf, tokenPieces } from "../token-pieces.js";
import {
  detokenizeSchema,
  templateSchema,
  tokenizeSchema,
  type TokenizeBody,
} from "../tokenization-schema.js";

const ANY: ModelCall["kinds"] = ["generation", "embedding", "rerank"];

export function tokenizationRoutes(app: FastifyInstance, calls: ModelCalls): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.post(
    "/tokenize",
    {
      schema: { body: tokenizeSchema },
      config: { docs: tokenizeDocs },
      preValidation: (request, _, done) => {
        checkForm(request.body);
        done();
      },
    },
    (request, reply) => {
      const { body } = request;
      const { call, param } = tokenizeCall(body);
      const kinds: ModelCall["kinds"] = call.kind === "tokenize" ? ANY : ["generation"];
      const { length } = call.kind === "tokenize" ? call.text : call.prompt.messages;
      const check = call.kind === "tokenize" ? undefined : thinkingCheck(call.prompt);
      const modelCall = { ...textCall(body, param, kinds, length), check };
      return calls.serve(modelCall, request, reply, async (ask, info) =>
        tokenized(await ask(call), body, info),
      );
    },
  );

  typed.post(
    "/detokenize",
    { schema: { body: detokenizeSchema }, config: { docs: detokenizeDocs } },
    (request, reply) => {
      const { body } = request;
      const tokens = tokensOf(body.tokens);
      const call: ModelCall = {
        ...textCall(body, "tokens", ANY, tokens.length * 4),
        check: (info) => checkTokens(tokens, "tokens", info),
        paramOf: (index) => (index === null ? "tokens" : `tokens[${index}]`),
      };
      return calls.serve(call, request, reply, async (ask) => ({
        content: await ask({ kind: "detokenize", tokens }),
      }));
    },
  );

  typed.post(
    "/apply-template",
    { schema: { body: templateSchema }, config: { docs: templateDocs } },
    (request, reply) => {
      const { body } = request;
      const prompt = chatPrompt(body);
      const call: ModelCall = {
        ...textCall(body, "messages", ["generation"], prompt.messages.length),
        check: thinkingCheck(prompt),
      };
      return calls.serve(call, request, reply, async (ask) => ({
        prompt: await ask({ kind: "apply-template", prompt }),
      }));
    },
  );
}

function textCall(
  { model }: { model?: string },
  param: string,
  kinds: ModelCall["kinds"],
  bytes: number,
): ModelCall {
  return { model, kinds, takesSlot: false, bytes, paramOf: () => param };
}

/** As a generation is checked. */
function thinkingCheck(prompt: ChatPrompt): ModelCall["check"] {
  return (info) => checkThinking(prompt, info);
}

type TokenizeCall = Extract<EngineCall, { kind: "tokenize" | "tokenize-chat" }>;

/** @throws ApiError */
function tokenizeCall(body: TokenizeBody): { call: TokenizeCall; param: string } {
  const { content, prompt, messages } = body;
  const withPieces = body.with_pieces || body.return_token_strs;
  if (messages !== undefined)
    return {
      call: { kind: "tokenize-chat", prompt: chatPrompt({ ...body, messages }), withPieces },
      param: "messages",
    };
  const addSpecial = body.add_special ?? body.add_special_tokens ?? prompt !== undefined;
  const text = (content ?? prompt)!;
  const call = { kind: "tokenize", text, addSpecial, parseSpecial: body.parse_special, withPieces } as const;
  return { call, param: content === undefined ? "prompt" : "content" };
}

function tokenized(
  { tokens, pieces }: Tokenized,
  { with_pieces, return_token_strs }: TokenizeBody,
  { contextSize }: ModelInfo,
): object {
  const ids = Array.from(tokens);
  const texts = pieces ? tokenPieces(pieces) : [];
  return {
    tokens: with_pieces ? ids.map((id, i) => ({ id, piece: pieceOf(texts[i]!) })) : ids,
    count: ids.length,
    max_model_len: contextSize,
    ...(return_token_strs ? { token_strs: texts.map((bytes) => bytes.toString("utf8")) } : {}),
  };
}

function tokensOf(items: unknown[]): number[] {
  const other = items.findIndex((item) => !isTokenId(item));
  if (other < 0) return items as number[];
  const details = { what: `'tokens[${other}]'`, expected: "a token id", received: shown(items[other]) };
  throw new ApiError("invalid_value", details, `tokens[${other}]`);
}
