import type { FastifyInstance } from "fastify";
import { listedModel, listModels } from "../models/model-list.js";
import type { ModelRegistry } from "../models/model-registry.js";
import { modelDocs, modelListDocs } from "../openapi/model-docs.js";

/** Listed from the start: the names are known before anything is loaded. */
export function modelRoutes(app: FastifyInstance, models: ModelRegistry): void {
  app.get("/v1/models", { config: { docs: modelListDocs } }, ({ tenant }) =>
    Promise.resolve({ object: "list", data: listModels(models, tenant) }),
  );
  app.get<{ Params: { id: string } }>(
    "/v1/models/:id",
    { config: { docs: modelDocs } },
    async ({ params: { id }, tenant }) => Promise.resolve(listedModel(models, id, tenant)),
  );
}
