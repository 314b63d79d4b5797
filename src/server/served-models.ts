import type { Adapter } from "../engine/messages.js";
import { ANONYMOUS, type Tenant } from "./access/tenant.js";
import { ApiError } from "./errors.js";

/** A model as /v1/models lists it. */
interface ListedModel {
  id: string;
  object: "model";
  created: number;
  owned_by: "tacho";
  /** The model that an adapter changes. */
  parent?: string;
}

/** The names that clients ask for: the model's own, and one for each of its LoRA adapters. */
export class ServedModels {
  readonly list: readonly ListedModel[];

  constructor(
    readonly id: string,
    adapters: readonly Adapter[],
  ) {
    const common = { object: "model", created: Math.floor(Date.now() / 1000), owned_by: "tacho" } as const;
    const ofAdapters = adapters.map(({ name }) => ({ id: name, ...common, parent: id }));
    this.list = [{ id, ...common }, ...ofAdapters];
  }

  /** Those that it may use. */
  listFor(tenant: Tenant): ListedModel[] {
    return this.list.filter(({ id }) => tenant.allows(id));
  }

  /** What a tenant may not use does not exist for it. @throws ApiError */
  find(name: string, tenant = ANONYMOUS): ListedModel {
    const allowed = this.listFor(tenant);
    const found = allowed.find(({ id }) => id === name);
    if (found) return found;
    const served = allowed.map(({ id }) => id).join("', '");
    throw new ApiError("model_not_found", { model: name, served }, "model");
  }

  /** The adapter that a request for this name is computed with; "" for none. @throws ApiError */
  adapterOf(name: string): string {
    return this.find(name).parent === undefined ? "" : name;
  }
}
