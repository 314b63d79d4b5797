/** What a model takes of a GPU's memory, in bytes. */
export interface MemoryNeeds {
  /** Layers that a GPU can hold, the output among them. */
  layers: number;
  /** Whether it keeps KV cells; models for embeddings do not. */
  keepsCells: boolean;
  /** Whether a draft model, which has its place beside, is counted in. */
  hasDraft: boolean;
  bytes(layers: number, cells: number): number;
}

export interface MemoryDemand {
  /** Layers wanted on the GPU; -1 for all. */
  layers: number;
  /** KV cells. */
  cells: number;
  /** Bytes; null where nobody can tell. */
  free: number | null;
}

/** llama.cpp rounds contexts up to multiples of this. */
const CELL_STEP = 256;

/** Fewer hold no conversation, and are nothing to recommend. */
const FEWEST_CELLS = 512;

/** Of the free memory: the rest goes to kernels and to what the estimate leaves out. */
const USABLE = 0.95;

const inGb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** What a model that did not fit needs, what there is, and which flags would fit. One line. */
export function memoryAdvice(needs: MemoryNeeds, { layers, cells, free }: MemoryDemand): string {
  const wanted = layers < 0 ? needs.layers : Math.min(layers, needs.layers);
  const parts = [
    `${wanted} layers`,
    ...(needs.keepsCells ? [`a context of ${cells} tokens`] : []),
    ...(needs.hasDraft ? ["the draft model"] : []),
  ];
  const need = `by estimate the model needs ${inGb(needs.bytes(wanted, cells))} on the GPU with ${listed(parts)}`;
  if (free === null) return `${need}; fewer need less: --gpu-layers${needs.keepsCells ? ", --ctx-size" : ""}`;
  const has = `${need}; the GPU has ${inGb(free)} free`;
  const fits = (someLayers: number, someCells: number) => needs.bytes(someLayers, someCells) <= free * USABLE;
  if (fits(wanted, cells))
    return `${has}: it may be in use by others${needs.keepsCells ? "; a smaller --ctx-size needs less" : ""}`;
  return `${has}: ${remedies(wanted, needs.keepsCells ? cells : 0, fits) || "not even one layer fits; use --gpu off"}`;
}

/** "a, b and c" */
function listed(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)!}`;
}

function remedies(layers: number, cells: number, fits: (layers: number, cells: number) => boolean): string {
  const someLayers = greatest(layers, (count) => fits(count, cells));
  const someCells =
    CELL_STEP * greatest(Math.floor(cells / CELL_STEP), (steps) => fits(layers, steps * CELL_STEP));
  const flags = [
    ...(someLayers > 0 ? [`--gpu-layers ${someLayers}`] : []),
    ...(someCells >= FEWEST_CELLS ? [`--ctx-size ${someCells}`] : []),
  ];
  return flags.length === 0 ? "" : `${flags.join(" fits, or ")}${flags.length === 1 ? " fits" : ""}`;
}

/** The greatest number up to `most` that fits, where all below one that fits do too; 0 where none does. */
function greatest(most: number, fits: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
