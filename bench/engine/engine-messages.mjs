// Settings and requests as the server sends them to its engine (src/engine/messages.ts).

export function engineSettings({ model, slots, threads, cells, gpu, telemetryPath }) {
  return {
    model,
    download: false,
    modelsDirectory: "",
    modelId: "bench",
    contextSize: cells,
    slots,
    threads,
    gpu,
    gpuLayers: -1,
    maxContext: Math.floor(cells / slots),
    telemetry: "on",
    prioritySeconds: 10,
    prefillMultiple: 2,
    flashAttention: "auto",
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    speculation: "off",
    draftTokens: 8,
    draftModel: "",
    backendSampling: "auto",
    adapters: [],
    replicas: 1,
    telemetryPath,
    keepsTelemetry: false,
  };
}

/** `sampling` as OpenAI names it. */
export function generateRequest({ id, prompt, maxTokens, sampling }) {
  return {
    id,
    arrivedAt: Number(process.hrtime.bigint()) / 1e9,
    tenant: "default",
    prompt,
    maxTokens,
    priority: 0,
    cacheSalt: "",
    adapter: "",
    logprobs: null,
    promptLogprobs: null,
    constraint: null,
    prediction: "",
    stop: [],
    ignoreEos: true,
    sampling: {
      temperature: sampling.temperature,
      topP: sampling.top_p,
      topK: sampling.top_k,
      minP: sampling.min_p,
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
