import type { Tenant } from "../access/tenant.js";
import { librariesOrigin } from "../libraries-origin.js";
import type { ModelRegistry } from "./model-registry.js";
import type { ModelState, ServedModel } from "./served-model.js";

/** A model as /v1/models lists it: OpenAI's fields, then ours. */
export interface ListedModel {
  id: string;
  object: "model";
  created: number;
  owned_by: "tacho";
  state: ModelState;
  /** The model that an adapter changes. */
  parent?: string;
  /** From the first load on. */
  kind?: string;
  description?: string;
  context_length?: number;
  trained_context_length?: number;
  vocabulary_size?: number;
  parameters?: number;
  size_bytes?: number;
  backend?: string;
  libraries?: string;
  /** Of models that make vectors. */
  dimensions?: number;
}

/** When this server began to have them, as nobody knows when they were made. */
const created = Math.floor(Date.now() / 1000);

/** Those that the tenant may ask. */
export function listModels({ models }: ModelRegistry, tenant: Tenant): ListedModel[] {
  const all = models.flatMap((model) => [
    listed(model, model.id),
    ...model.adapters.map(({ name }) => listed(model, name)),
  ]);
  return all.filter(({ id }) => tenant.allows(id));
}

/** @throws ApiError */
export function listedModel(registry: ModelRegistry, name: string, tenant: Tenant): ListedModel {
  return listed(registry.find(name, tenant).model, name);
}

function listed(model: ServedModel, id: string): ListedModel {
  const parent = id === model.id ? {} : { parent: model.id };
  return { id, object: "model", created, owned_by: "tacho", ...parent, state: model.state, ...facts(model) };
}

function facts({ info }: ServedModel) {
  if (!info) return {};
  return {
    kind: info.kind,
    description: info.description,
    context_length: info.contextSize,
    trained_context_length: info.trainedContextSize,
    vocabulary_size: info.vocabularySize,
    parameters: info.parameters,
    size_bytes: info.sizeBytes,
    backend: info.backend,
    libraries: librariesOrigin(info),
    ...(info.kind === "embedding" ? { dimensions: info.dimensions } : {}),
  };
}
