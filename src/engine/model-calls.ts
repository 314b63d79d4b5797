import { embeddingJson } from "./embedding-json.js";
import type { CallAnswer, CallResults, EngineCall } from "./messages.js";
import type { InputError, NativeEmbedder, NativeReplica } from "./native-engine.js";

export type NativeModel = NativeReplica | NativeEmbedder;

export function isReplica(model: NativeModel): model is NativeReplica {
  return model.info.kind === "generation";
}

/** Never rejects: what goes wrong is told in plain data, as the class of an error does not survive the way. */
export async function answerCall(model: NativeModel, call: EngineCall): Promise<CallAnswer> {
  try {
    return { result: await resultOf(model, call) };
  } catch (error) {
    const { code = "engine_failed", message, input = null } = error as Partial<InputError> & Error;
    return { error: { code, message, input } };
  }
}

async function resultOf(model: NativeModel, call: EngineCall): Promise<CallResults[keyof CallResults]> {
  switch (call.kind) {
    case "tokenize":
      return model.tokenize(call);
    case "detokenize":
      return model.detokenize(call.tokens);
    case "apply-template":
      return generating(model, call).applyTemplate(call.prompt);
    case "tokenize-chat":
      return generating(model, call).tokenizeChat(call.prompt, call.withPieces);
    case "embed":
      return embed(embedding(model, call), call);
    case "rank": {
      const { scores, tokens } = await embedding(model, call).rank(call.query, call.documents);
      return { scores: Array.from(scores), tokens };
    }
  }
}

async function embed(
  model: NativeEmbedder,
  { inputs, encoding, dimensions }: Extract<EngineCall, { kind: "embed" }>,
): Promise<CallResults["embed"]> {
  const { vectors, tokens } = await model.embed(inputs);
  return { vectors: vectors.map((vector) => embeddingJson(vector, encoding, dimensions)), tokens };
}

function generating(model: NativeModel, call: EngineCall): NativeReplica {
  if (isReplica(model)) return model;
  throw new Error(`expected a text generation model for ${call.kind}, received one for ${model.info.kind}`);
}

function embedding(model: NativeModel, call: EngineCall): NativeEmbedder {
  if (!isReplica(model)) return model;
  throw new Error(`expected an embedding or rerank model for ${call.kind}, received one for generation`);
}
