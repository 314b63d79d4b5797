import type { FastifyInstance } from "fastify";
import { ApiError } from "../errors.js";

/** The model is listed from the start: its name is known before it is loaded. */
export function modelRoutes(app: FastifyInstance, modelId: string): void {
  const model = {
    id: modelId,
    object: "model",
    created: Math.floor(Date.now() / 1000),
    owned_by: "tacho",
  };
  app.get("/v1/models", () => Promise.resolve({ object: "list", data: [model] }));
  app.get<{ Params: { id: string } }>("/v1/models/:id", ({ params: { id } }) => {
    if (id !== modelId) throw new ApiError("model_not_found", { model: id, served: modelId }, "model");
    return Promise.resolve(model);
  });
}
