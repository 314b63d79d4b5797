// Sends known requests through pools of replicas and prints, for each, what it has moved and how the requests ended, as
// JSON. Arguments: the paths of an embedding model and of a recurrent one.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReplicaPool } from "../../../dist/engine/replica-pool.js";
import { catalog } from "../../../dist/metrics/catalog.js";
import { openTelemetry } from "../../../dist/telemetry/index.js";
import { chatPrompt, longRequest, MODEL } from "./engine.mjs";

const SETTINGS = {
  ...{ download: false, modelsDirectory: "", contextSize: 0, maxContext: 0, prioritySeconds: 10 },
  ...{ prefillMultiple: 2, slots: 2, threads: 1, gpu: "off", gpuLayers: -1, flashAttention: "auto" },
  ...{ cacheTypeK: "f16", cacheTypeV: "f16", speculation: "off", draftTokens: 8, draftModel: "" },
  ...{ backendSampling: "off", adapters: [], replicas: 1, telemetry: "on", keepsTelemetry: false },
};

const telemetry = openTelemetry(catalog, { path: join(tmpdir(), `tacho-metering-${process.pid}`) });

/** Values by family and labels; of a histogram how often it observed. */
async function values() {
  const families = Object.values(await telemetry.snapshot());
  return Object.fromEntries(
    families.flatMap(({ name, series }) =>
      series.map(({ labels, value, count }) => [[name, ...Object.values(labels)].join(" "), count ?? value]),
    ),
  );
}

/** Once nothing is being assembled any more: an end may be heard of sooner than that is. */
async function settled(model) {
  for (;;) {
    const now = await values();
    if (!now[`tacho_stage_depth ${model} assemble`]) return now;
  }
}

class Pool {
  #ready;
  #ends = new Map();
  #answers = new Map();
  #texts = new Map();
  #running;

  constructor(model, settings = {}) {
    const all = { ...SETTINGS, ...settings, model, telemetryPath: telemetry.path };
    this.ready = new Promise((resolve) => (this.#ready = resolve));
    this.pool = new ReplicaPool(all, model, (message) => this.#receive(message));
    this.#running = this.pool.run();
  }

  #receive({ type, ...message }) {
    if (type === "ready") this.#ready(message.model);
    if (type === "answer") this.#answers.get(message.id)(message.answer);
    if (type !== "step") return;
    for (const id of message.ids) this.#texts.get(id)?.();
    for (const end of message.ends) this.#ends.get(end.id)(end);
  }

  generate(id, tenant, prompt, maxTokens) {
    this.pool.submit({ ...longRequest(id), tenant, prompt, maxTokens });
    return new Promise((resolve) => this.#ends.set(id, resolve));
  }

  /** Cancels once there is some text. */
  async cancelled(id, prompt) {
    const speaks = new Promise((resolve) => this.#texts.set(id, resolve));
    const ended = this.generate(id, "anyone", prompt, null);
    await speaks;
    this.pool.cancel(id);
    return ended;
  }

  call(id, call) {
    this.pool.call(id, call);
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  async stop() {
    this.pool.stop();
    await this.#running;
  }
}

const outcomes = {};
/** What `act` returns, and what it changed. */
async function record(name, act) {
  const before = await values();
  const result = await act();
  const after = await settled("mini");
  const moved = Object.entries(after).filter(([key, value]) => value !== (before[key] ?? 0));
  outcomes[name] = {
    result,
    moved: Object.fromEntries(moved.map(([key, value]) => [key, value - (before[key] ?? 0)])),
  };
}

const tokens = (count, first) => ({
  kind: "tokens",
  tokens: Array.from({ length: count }, (_, i) => first + i),
});

const pool = new Pool(MODEL, { modelId: "mini" });
await record("load", () => pool.ready);
delete outcomes.load.result.tokenBytes;
delete outcomes.load.result.tokenOffsets;
await record("two tenants", () =>
  Promise.all([pool.generate(1, "a", tokens(20, 300), 3), pool.generate(2, "b", tokens(10, 400), 5)]),
);
await record("the same prompt again", () => pool.generate(3, "b", tokens(20, 300), 2));
await record("a chat that its template refuses", () => pool.generate(4, "a", chatPrompt("{"), 3));
await record("a prompt longer than the context", async () => {
  return pool.generate(5, "a", tokens((await pool.ready).contextSize, 0), 3);
});
await record("a request that is cancelled as it speaks", () => pool.cancelled(6, tokens(5, 500)));
await pool.stop();

const off = new Pool(MODEL, { modelId: "unmeasured", telemetry: "off" });
await off.ready;
await record("without measuring", () => off.generate(1, "a", tokens(20, 300), 3));
await off.stop();

const embedder = new Pool(process.argv[2], { modelId: "vectors" });
await embedder.ready;
const embed = { kind: "embed", tenant: "c", inputs: [[5, 6, 7], [8]], dimensions: null, encoding: "float" };
await record("an embedding", async () => {
  const { result, error } = await embedder.call(1, embed);
  return { tokens: result?.tokens, error };
});
await embedder.stop();

const recurrent = new Pool(process.argv[3], { modelId: "recurrent" });
await recurrent.ready;
await recurrent.generate(1, "a", tokens(200, 300), 3);
await record("a prompt again whose state was saved", () => recurrent.generate(2, "a", tokens(200, 300), 3));
await recurrent.stop();

telemetry.close();
process.stdout.write(JSON.stringify(outcomes));
