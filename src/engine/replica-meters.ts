import type { catalog } from "../metrics/catalog.js";
import { KV_BLOCK_TOKENS, kvBlocks } from "../metrics/kv-blocks.js";
import type { SpecOf, Writer } from "../telemetry/index.js";
import type { CallResults, ModelInfo } from "./messages.js";
import type { EngineMeters, TenantMeters } from "./native-engine.js";

/** Where a replica's thread, or its decode thread, records. */
export type EngineWriter = Writer<SpecOf<typeof catalog>>;

export function engineMeters({ metrics }: EngineWriter, model: string): EngineMeters {
  const labels = { model };
  return {
    queueDuration: metrics.queueDuration.labels(labels),
    interTokenLatency: metrics.interTokenLatency.labels(labels),
    stepDuration: metrics.stepDuration.labels(labels),
    stepTokens: metrics.stepTokens.labels(labels),
    stepSequences: metrics.stepSequences.labels(labels),
    runnableSequences: metrics.runnableSequences.labels(labels),
    generationSteps: metrics.generationSteps.labels(labels),
    prefilledTokens: metrics.prefilledTokens.labels(labels),
    longestSequence: metrics.longestSequence.labels(labels),
    preemptions: metrics.preemptions.labels(labels),
    recomputedTokens: metrics.recomputedTokens.labels(labels),
    evictedPrefixTokens: metrics.evictedPrefixTokens.labels(labels),
    stateRestoreDuration: metrics.stateRestoreDuration.labels(labels),
    drafts: metrics.drafts.labels(labels),
    draftTokens: metrics.draftTokens.labels(labels),
    acceptedDraftTokens: metrics.acceptedDraftTokens.labels(labels),
    kvCellsUsed: metrics.kvCellsUsed.labels(labels),
    prefixCells: metrics.prefixCells.labels(labels),
    postDepth: metrics.stageDepth.labels({ ...labels, stage: "post" }),
  };
}

/** Registered when a tenant is first heard of; tenants beyond the metrics' limit of series share one. */
export function tenantMeters({ metrics }: EngineWriter, model: string, tenant: string): TenantMeters {
  const labels = { model, tenant };
  return {
    promptTokens: metrics.promptTokens.labels(labels),
    cachedPromptTokens: metrics.cachedPromptTokens.labels(labels),
    generationTokens: metrics.generationTokens.labels(labels),
  };
}

/** What an embedding or ranking has read; nothing of it was cached. */
export function countRead(
  { metrics }: EngineWriter,
  model: string,
  tenant: string,
  { tokens }: CallResults["embed" | "rank"],
): void {
  const read = tokens.reduce((sum, count) => sum + count, 0);
  metrics.promptTokens.labels({ model, tenant }).inc(read);
  metrics.prefilledTokens.labels({ model }).inc(read);
}

/**
 * Gauges of all replicas are summed up: what they have in common is told by one of them.
 * @param device The GPU that the replica is on, of several; -1 where it is no matter.
 */
export function recordModel(
  { metrics }: EngineWriter,
  model: ModelInfo,
  { index, device }: { index: number; device: number },
): void {
  const labels = { model: model.id };
  const { description, backend, device: deviceName } = model;
  metrics.modelInfo.labels({ ...labels, description, backend, device: deviceName }).show();
  if (model.kind === "generation") {
    metrics.kvCells.labels(labels).set(model.kvCells);
    metrics.modelDeviceMemory.labels({ ...labels, part: "kv_cache" }).set(model.cacheBytes);
  }
  // Replicas of one device share the weights; those of several are on one after the other in turn.
  if (index === Math.max(0, device))
    metrics.modelDeviceMemory.labels({ ...labels, part: "weights" }).set(model.sizeBytes);
  if (index > 0) return;
  metrics.modelLastLoad.labels(labels).set(model.loadSeconds);
  metrics.modelSize.labels(labels).set(model.sizeBytes);
  metrics.modelLayers.labels({ ...labels, place: "gpu" }).set(model.gpuLayers);
  metrics.modelLayers.labels({ ...labels, place: "cpu" }).set(model.layers - model.gpuLayers);
}

/** Replicas have KV caches of one size, and are told of together. */
export function recordBlocks({ metrics }: EngineWriter, { id, kvCells }: ModelInfo, replicas: number): void {
  const blocks = { block_size: String(KV_BLOCK_TOKENS), num_blocks: String(kvBlocks(kvCells * replicas)) };
  metrics.kvCacheInfo.labels({ model: id, ...blocks }).show();
}
