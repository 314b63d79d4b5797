/** What a model takes of a GPU's memory, in bytes. */
export interface MemoryNeeds {
  /** Layers that a GPU can hold, the output among them. */
  layers: number;
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
  const need =
    `by estimate the model needs ${inGb(needs.bytes(wanted, cells))} on the GPU ` +
    `with ${wanted} layers and a context of ${cells} tokens`;
  if (free === null) return `${need}; fewer need less: --gpu-layers, --ctx-size`;
  const has = `${need}; the GPU has ${inGb(free)} free`;
  const fits = (someLayers: number, someCells: number) => needs.bytes(someLayers, someCells) <= free * USABLE;
  if (fits(wanted, cells)) return `${has}: it may be in use by others; a smaller --ctx-size needs less`;
  return `${has}: ${remedies(wanted, cells, fits) || "not even one layer fits; use --gpu off"}`;
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
