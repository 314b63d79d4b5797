import { Type } from "typebox";
import { answerObject, count } from "./answer-schemas.js";
import type { RouteDocs } from "./route-docs.js";

const model = answerObject(
  {
    id: Type.String(),
    object: Type.Literal("model"),
    created: Type.Integer({ description: "Unix time in seconds" }),
    owned_by: Type.Literal("tacho"),
    state: Type.Enum(["unloaded", "loading", "loaded", "failed"]),
    parent: Type.Optional(Type.String({ description: "the model that this LoRA adapter changes" })),
    kind: Type.Optional(
      Type.Enum(["generation", "embedding", "rerank"], {
        description: "this and the rest: from the first load on",
      }),
    ),
    description: Type.Optional(Type.String()),
    context_length: Type.Optional(count),
    trained_context_length: Type.Optional(count),
    vocabulary_size: Type.Optional(count),
    parameters: Type.Optional(count),
    size_bytes: Type.Optional(count),
    backend: Type.Optional(Type.Enum(["cpu", "cuda", "vulkan"], { description: "what computes it" })),
    libraries: Type.Optional(
      Type.String({ description: "prebuilt, or the GPU architectures that llama.cpp was built for here" }),
    ),
    dimensions: Type.Optional(Type.Integer({ minimum: 0, description: "of models that make vectors" })),
  },
  "Model",
);

const list = answerObject({ object: Type.Literal("list"), data: Type.Array(model) }, "ModelList");

export const modelListDocs: RouteDocs = {
  operationId: "listModels",
  tag: "Models",
  summary: "The served models, and their LoRA adapters",
  answers: { "application/json": list },
};

export const modelDocs: RouteDocs = {
  operationId: "retrieveModel",
  tag: "Models",
  summary: "One model by its name",
  answers: { "application/json": model },
  parameters: { id: "the model's name" },
  errors: ["model_not_found"],
};
