import { Type } from "typebox";
import { answerObject } from "./answer-schemas.js";
import type { RouteDocs } from "./route-docs.js";

const model = answerObject(
  {
    id: Type.String(),
    object: Type.Literal("model"),
    created: Type.Integer({ description: "Unix time in seconds" }),
    owned_by: Type.Literal("tacho"),
    parent: Type.Optional(Type.String({ description: "the model that this LoRA adapter changes" })),
  },
  "Model",
);

const list = answerObject({ object: Type.Literal("list"), data: Type.Array(model) }, "ModelList");

export const modelListDocs: RouteDocs = {
  operationId: "listModels",
  tag: "Models",
  summary: "The served model, and its LoRA adapters",
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
