import type { ModelInfo } from "../../engine/messages.js";
import { ApiError } from "../errors.js";
import type { ServedModel } from "./served-model.js";

type Kind = ModelInfo["kind"];

const WORDS: Record<Kind, string> = {
  generation: "text generation",
  embedding: "embeddings",
  rerank: "reranking",
};

/** @throws ApiError when a model that is loaded was made for something else. */
export function requireKind({ id, info }: ServedModel, kinds: readonly Kind[]): ModelInfo {
  if (info && kinds.includes(info.kind)) return info;
  const wanted = kinds.map((kind) => WORDS[kind]).join(" or ");
  const kind = info ? WORDS[info.kind] : "nothing known";
  throw new ApiError("model_not_supported", { model: id, kind, wanted }, "model");
}
