import type { Adapter } from "../engine/messages.js";
import { KV_BLOCK_TOKENS, kvBlocks } from "../metrics/kv-blocks.js";
import { openReader, type ViewSpec } from "../telemetry/index.js";

/** What is needed of a served model. */
export interface PooledModel {
  readonly id: string;
  readonly state: string;
  readonly adapters: readonly Pick<Adapter, "name">[];
}

/** What a gateway weighs models, and the server as a whole, by. */
interface Load {
  waiting: number;
  running: number;
  /** KV cells that hold tokens of running requests or of ended ones, those of ended ones alone, and all. */
  used: number;
  cached: number;
  cells: number;
}

const SOURCES: Readonly<Record<keyof Load, string>> = {
  waiting: "tacho_requests_waiting",
  running: "tacho_requests_running",
  used: "tacho_kv_cells_used",
  cached: "tacho_prefix_cache_cells",
  cells: "tacho_kv_cells",
};

/** All of it as one family: a reading costs by the family. */
const LOADS: readonly ViewSpec[] = [
  {
    name: "load",
    type: "gauge",
    help: "",
    from: Object.entries(SOURCES).map(([of, metric]) => ({
      metric,
      labels: { model: { from: "model" }, of: { value: of } },
    })),
  },
];

const IDLE: Readonly<Load> = { waiting: 0, running: 0, used: 0, cached: 0, cells: 0 };

/**
 * The families that the Gateway API inference extension's endpoint picker reads, under vLLM's names, in a few hundred
 * bytes. It asks twenty times a second, takes the first series of a family, and fails for one that is missing: so all
 * are there from the start, and what all models come to together goes first.
 */
export class GatewayMetrics {
  readonly #reader;

  /** @param path The telemetry segment's. Read from outside, so that no other gauge is asked for its value. */
  constructor(
    path: string,
    private readonly models: readonly PooledModel[],
  ) {
    this.#reader = openReader(path);
  }

  /** Text 0.0.4. */
  async text(): Promise<string> {
    const loads = new Map(this.models.map(({ id }) => [id, { ...IDLE }]));
    const { load } = await this.#reader.snapshot({ views: LOADS });
    if (load?.type === "gauge")
      for (const { labels, value } of load.series) {
        const known = loads.get(labels["model"]!);
        if (known) known[labels["of"] as keyof Load] = value;
      }
    return textOf(pooled(loads), this.models);
  }

  close(): void {
    this.#reader.close();
  }
}

/** One model alone is the pool. Of several the pool has no name: none that a model could have. */
function pooled(loads: ReadonlyMap<string, Load>): [name: string, Load][] {
  const models = [...loads];
  if (models.length === 1) return models;
  const sum = { ...IDLE };
  for (const [, load] of models) for (const of of Object.keys(sum) as (keyof Load)[]) sum[of] += load[of];
  return [["", sum], ...models];
}

/** The cells are read one after the other while the engine writes them. */
function usage({ used, cached, cells }: Load): number {
  return cells === 0 ? 0 : Math.min(1, Math.max(0, (used - cached) / cells));
}

const USAGE = "Share of the KV cells that hold tokens of running requests.";

const FAMILIES: readonly [name: string, help: string, value: (load: Load) => number][] = [
  ["vllm:num_requests_waiting", "Requests not yet handed to the engine.", ({ waiting }) => waiting],
  ["vllm:num_requests_running", "Requests handed to the engine.", ({ running }) => running],
  ["vllm:kv_cache_usage_perc", USAGE, usage],
  // Its name in versions of vLLM that gateways of their time look for.
  ["vllm:gpu_cache_usage_perc", USAGE, usage],
];

function textOf(loads: readonly [string, Load][], models: readonly PooledModel[]): string {
  const labels = loads.map(([name]) => `engine="0",model_name="${escaped(name)}"`);
  let text = "";
  for (const [name, help, value] of FAMILIES) {
    text += head(name, help);
    loads.forEach(([, load], at) => (text += `${name}{${labels[at]!}} ${value(load)}\n`));
  }
  text += head("vllm:cache_config_info", "The KV cache, described in blocks.");
  loads.forEach(([, { cells }], at) => {
    const blocks = `block_size="${KV_BLOCK_TOKENS}",num_gpu_blocks="${kvBlocks(cells)}"`;
    text += `vllm:cache_config_info{${blocks},${labels[at]!}} 1\n`;
  });
  return text + adaptersText(models);
}

/** As the picker's protocol has it: which adapters are loaded, so that requests for them start at once. */
function adaptersText(models: readonly PooledModel[]): string {
  const namesOf = (wanted: boolean) =>
    models
      .filter(({ state }) => (state === "loaded") === wanted)
      .flatMap(({ adapters }) => adapters.map(({ name }) => escaped(name)))
      .join(",");
  const most = models.reduce((sum, { adapters }) => sum + adapters.length, 0);
  const [running, waiting] = [namesOf(true), namesOf(false)];
  const labels = `max_lora="${most}",running_lora_adapters="${running}",waiting_lora_adapters="${waiting}"`;
  const name = "vllm:lora_requests_info";
  return `${head(name, "Time of this reading; which LoRA adapters are loaded.")}${name}{${labels}} ${Date.now() / 1000}\n`;
}

function head(name: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => ESCAPES[character]!);
}
