import type { FastifyInstance } from "fastify";
import { listedModel, listModels } from "../models/model-list.js";
import type { ModelRegistry } from "../models/model-registry.js";

/** Listed from the start: the names are known before anything is loaded. */
export function modelRoutes(app: FastifyInstance, models: ModelRegistry): void {
  app.get("/v1/models", ({ tenant }) =>
    Promise.resolve({ object: "list", data: listModels(models, tenant) }),
  );
  app.get<{ Params: { id: string } }>("/v1/models/:id", async ({ params: { id }, tenant }) =>
    Promise.resolve(listedModel(models, id, tenant)),
  );
}
