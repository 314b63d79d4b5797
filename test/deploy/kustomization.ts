import { existsSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { DEPLOY, deployFiles, deployYaml, type Fields, isFields } from "./deploy-files.js";

export interface Resource extends Fields {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
}

interface Patch {
  path?: string;
  patch?: string;
  target?: { kind: string; name: string };
}

interface Kustomization {
  resources?: string[];
  components?: string[];
  patches?: Patch[];
  configMapGenerator?: { name: string; files: string[] }[];
}

/** The fields of Kustomize that our manifests use; another one would be left out of every test below. */
const FIELDS = new Set([
  ...["apiVersion", "kind", "labels", "images", "generatorOptions"],
  ...["resources", "components", "patches", "configMapGenerator"],
]);

/** What `kubectl kustomize` makes of a folder of `deploy/kubernetes`, as far as our manifests use it. */
export class Kustomizations {
  readonly #documents = deployYaml(deployFiles(/\.yml$/, "kubernetes"));
  /** Paths below `deploy/` of the files that were used. */
  readonly used = new Set<string>();

  build(folder: string, before: Resource[] = []): Resource[] {
    const [kustomization] = this.#read(join(folder, "kustomization.yml")) as [Kustomization];
    const unknown = Object.keys(kustomization).filter((field) => !FIELDS.has(field));
    if (unknown.length > 0)
      throw new Error(`Expected fields that are read for ${folder} but received ${unknown.join()}.`);
    const { resources = [], components = [], patches = [], configMapGenerator = [] } = kustomization;
    for (const { files } of configMapGenerator) files.forEach((file) => this.#read(join(folder, file)));
    const own = resources.flatMap((path) => this.#resources(join(folder, path)));
    const patched = patches.reduce((all, patch) => this.#patched(all, patch, folder), [...before, ...own]);
    return components.reduce((all, path) => this.build(join(folder, path), all), patched);
  }

  #resources(path: string): Resource[] {
    return statSync(join(DEPLOY, path)).isDirectory() ? this.build(path) : (this.#read(path) as Resource[]);
  }

  #read(path: string): unknown[] {
    const documents = this.#documents.get(relative(DEPLOY, join(DEPLOY, path)));
    if (!documents || !existsSync(join(DEPLOY, path)))
      throw new Error(`Expected a file of YAML but received ${path}.`);
    this.used.add(path);
    return documents;
  }

  #patched(resources: Resource[], { path, patch, target }: Patch, folder: string): Resource[] {
    if (path !== undefined) {
      const [change] = this.#read(join(folder, path)) as [Resource];
      return changed(resources, { kind: change.kind, name: change.metadata.name }, (old) =>
        merged(old, change),
      );
    }
    const removed = /^- op: remove\n {2}path: \/spec\/(\w+)\n$/.exec(patch ?? "")?.[1];
    if (removed === undefined || !target)
      throw new Error(`Expected a removal for a patch but received ${patch}.`);
    return changed(resources, target, (old) => ({ ...old, spec: without(old.spec as Fields, removed) }));
  }
}

function changed(
  resources: Resource[],
  { kind, name }: { kind: string; name: string },
  change: (old: Resource) => unknown,
): Resource[] {
  const isMeant = (resource: Resource) => resource.kind === kind && resource.metadata.name === name;
  if (resources.filter(isMeant).length !== 1)
    throw new Error(`Expected one ${kind} ${name} for a patch but received none.`);
  return resources.map((resource) => (isMeant(resource) ? (change(resource) as Resource) : resource));
}

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}

/** A strategic merge: what has a name is changed, other lists are replaced. */
function merged(old: unknown, change: unknown): unknown {
  if (isFields(old) && isFields(change)) {
    const fields = Object.entries(change).map(([key, value]) => [key, merged(old[key], value)]);
    return { ...old, ...(Object.fromEntries(fields) as Fields) };
  }
  if (!areNamed(old) || !areNamed(change)) return change;
  const names = [...new Set([...old, ...change].map(({ name }) => name))];
  return names.map((name) => mergedNamed(name, old, change));
}

function mergedNamed(name: unknown, old: Fields[], change: Fields[]): unknown {
  const [before, after] = [old, change].map((list) => list.find((item) => item.name === name));
  return after === undefined ? before : merged(before, after);
}

function areNamed(value: unknown): value is Fields[] {
  return Array.isArray(value) && value.every((item) => isFields(item) && "name" in item);
}
