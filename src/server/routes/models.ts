import type { FastifyInstance } from "fastify";
import type { ServedModels } from "../served-models.js";

/** Listed from the start: the names are known before anything is loaded. */
export function modelRoutes(app: FastifyInstance, models: ServedModels): void {
  app.get("/v1/models", ({ tenant }) => Promise.resolve({ object: "list", data: models.listFor(tenant) }));
  app.get<{ Params: { id: string } }>("/v1/models/:id", async ({ params: { id }, tenant }) =>
    Promise.resolve(models.find(id, tenant)),
  );
}
