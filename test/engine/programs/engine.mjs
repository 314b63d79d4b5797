// What the programs beside this file share: engine.node over the default model.
import { fileURLToPath } from "node:url";
import { chooseLibraries } from "../../../dist/engine/libraries.js";
import { loadNativeEngine } from "../../../dist/engine/native-engine.js";

export const MODEL = fileURLToPath(new URL("../../../models/tacho-mini.gguf", import.meta.url));

const OPTIONS = {
  path: MODEL,
  gpuLayers: 0,
  device: -1,
  cells: 0,
  slots: 4,
  threads: 1,
  maxContext: 0,
  replicas: 1,
  telemetry: "on",
  prioritySeconds: 10,
  prefillMultiple: 2,
  flashAttention: "auto",
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  speculation: "off",
  draftTokens: 8,
  draftModel: "",
  backendSampling: "off",
  adapters: [],
};

export async function loadReplica(options = {}, onProgress = () => {}) {
  const libraries = await chooseLibraries("off");
  const engine = loadNativeEngine(libraries);
  engine.loadBackends(libraries.directory);
  return engine.loadReplica({ ...OPTIONS, ...options }, onProgress);
}

/** Cells and handles as a telemetry writer would give them. */
export function meters() {
  const cells = new Float64Array(64);
  let next = 0;
  const histogram = () => ({ bounds: [0.001, 1], cell: (next += 4) - 4 });
  const single = () => ({ cell: next++ });
  const highWater = () => ({ cell: (next += 2) - 2 });
  const tenant = { promptTokens: single(), cachedPromptTokens: single(), generationTokens: single() };
  return {
    cells,
    handles: {
      queueDuration: histogram(),
      interTokenLatency: histogram(),
      stepDuration: histogram(),
      stepTokens: histogram(),
      stepSequences: histogram(),
      runnableSequences: single(),
      generationSteps: single(),
      prefilledTokens: single(),
      longestSequence: highWater(),
      preemptions: single(),
      recomputedTokens: single(),
      evictedPrefixTokens: single(),
      stateRestoreDuration: histogram(),
      drafts: single(),
      draftTokens: single(),
      acceptedDraftTokens: single(),
      kvCellsUsed: single(),
      prefixCells: single(),
      postDepth: single(),
    },
    tenant,
  };
}

/** @param messages JSON text */
export function chatPrompt(messages, fields = {}) {
  const nothing = {
    tools: "",
    toolChoice: "auto",
    parallelToolCalls: true,
    thinking: null,
    reasoningEffort: "",
  };
  return { kind: "chat", messages, ...nothing, ...fields };
}

export function longRequest(id) {
  return {
    id,
    arrivedAt: Number(process.hrtime.bigint()) / 1e9,
    prompt: { kind: "text", text: "Once upon a time" },
    maxTokens: null,
    stop: [],
    priority: 0,
    cacheSalt: "",
    adapter: "",
    logprobs: null,
    promptLogprobs: null,
    constraint: null,
    prediction: "",
    ignoreEos: true,
    sampling: {
      temperature: 0,
      topP: 1,
      topK: 0,
      minP: 0,
      seed: null,
      presencePenalty: 0,
      frequencyPenalty: 0,
      repeatPenalty: 1,
      logitBias: [],
      typicalP: 1,
      xtc: { probability: 0, threshold: 0.1 },
      dry: { multiplier: 0, base: 1.75, allowedLength: 2, lastTokens: -1, breakers: [] },
      mirostat: { version: 0, tau: 5, eta: 0.1 },
    },
  };
}
