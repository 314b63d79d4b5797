import type { FastifyInstance } from "fastify";
import { modelDocs, modelListDocs } from "../openapi/model-docs.js";
import type { ServedModels } from "../served-models.js";

/** Listed from the start: the names are known before anything is loaded. */
export function modelRoutes(app: FastifyInstance, models: ServedModels): void {
  app.get("/v1/models", { config: { docs: modelListDocs } }, ({ tenant }) =>
    Promise.resolve({ object: "list", data: models.listFor(tenant) }),
  );
  app.get<{ Params: { id: string } }>(
    "/v1/models/:id",
    { config: { docs: modelDocs } },
    async ({ params: { id }, tenant }) => Promise.resolve(models.find(id, tenant)),
  );
}
