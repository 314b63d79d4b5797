import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeRandomModel } from "../../models/random/random-model.mjs";
import type { ModelInfo, RequestEnd } from "../../src/engine/messages.js";

const PROGRAM = fileURLToPath(new URL("programs/metering.mjs", import.meta.url));

interface Outcome<Result = RequestEnd> {
  result: Result;
  /** By how much, for each series that moved. */
  moved: Record<string, number>;
}

let outcomes: Record<string, Outcome<unknown>>;
const outcomeOf = <Result = RequestEnd>(name: string) => outcomes[name] as Outcome<Result>;
const folder = mkdtempSync(path.join(tmpdir(), "tacho-metering-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const embedder = path.join(folder, "bert.gguf");
  await writeRandomModel(embedder, { architecture: "bert" });
  const recurrent = path.join(folder, "mamba.gguf");
  await writeRandomModel(recurrent, { architecture: "mamba" });
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, embedder, recurrent], {
    encoding: "utf8",
    timeout: 110_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  outcomes = JSON.parse(stdout) as typeof outcomes;
}, 120_000);

/** Of the series that moved, those of the stages. */
function stagesIn({ moved }: Outcome): Record<string, number> {
  const stages = Object.entries(moved).filter(([name]) => name.startsWith("tacho_stage_"));
  return Object.fromEntries(stages.map(([name, by]) => [name.replace("tacho_stage_", ""), by]));
}

const passed = (stage: string, times = 1) => ({
  [`requests_total mini ${stage}`]: times,
  [`duration_seconds mini ${stage}`]: times,
});

test("a loaded model tells its layers, its memory and what it is", () => {
  const { result, moved } = outcomeOf<ModelInfo>("load");
  expect(result).toMatchObject({ layers: 6, gpuLayers: 0 });
  expect(moved).toMatchObject({
    "tacho_model_layers mini cpu": 6,
    "tacho_model_memory_bytes mini weights": result.sizeBytes,
    "tacho_model_memory_bytes mini kv_cache": result.cacheBytes,
    "tacho_model_last_load_duration_seconds mini": result.loadSeconds,
    [`tacho_model_info mini ${result.description} cpu ${result.device}`]: 1,
  });
  expect(moved).not.toHaveProperty("tacho_model_layers mini gpu");
});

test("tokens are counted by tenant, and each stage is passed once a request", () => {
  const outcome = outcomeOf<RequestEnd[]>("two tenants");
  expect(outcome.result.map(({ replica }) => replica)).toEqual([0, 0]);
  expect(outcome.moved).toMatchObject({
    "tacho_prompt_tokens_total mini a": 20,
    "tacho_prompt_tokens_total mini b": 10,
    "tacho_generation_tokens_total mini a": 3,
    "tacho_generation_tokens_total mini b": 5,
    "tacho_prefilled_tokens_total mini": 30,
    "tacho_longest_sequence_tokens mini": 23,
  });
  expect(outcome.moved).not.toHaveProperty("tacho_cached_prompt_tokens_total mini a");
  expect(stagesIn(outcome as unknown as Outcome)).toEqual({
    ...passed("assemble", 2),
    ...passed("inference", 2),
    ...passed("post", 2),
  });
});

test("what another tenant's prompt has left in the cache is counted for who finds it there", () => {
  const { moved } = outcomeOf("the same prompt again");
  expect(moved).toMatchObject({
    "tacho_prompt_tokens_total mini b": 20,
    "tacho_cached_prompt_tokens_total mini b": 19,
    "tacho_prefilled_tokens_total mini": 1,
    "tacho_engine_generation_steps_total mini": 2,
    "tacho_engine_step_runnable_sequences_total mini": 2,
  });
  expect(moved).not.toHaveProperty("tacho_prompt_tokens_total mini a");
});

test("who fails in his template leaves assemble and comes no further", () => {
  const outcome = outcomeOf("a chat that its template refuses");
  expect(outcome.result).toMatchObject({ error: { code: "template_failed" }, replica: 0 });
  expect(stagesIn(outcome)).toEqual(passed("assemble"));
});

test("who has no place in the context leaves inference without a token", () => {
  const outcome = outcomeOf("a prompt longer than the context");
  expect(outcome.result).toMatchObject({ error: { code: "context_length_exceeded" } });
  expect(stagesIn(outcome)).toEqual({ ...passed("assemble"), ...passed("inference") });
});

test("who is cancelled as he speaks never comes to his last token", () => {
  const outcome = outcomeOf("a request that is cancelled as it speaks");
  expect(outcome.result.reason).toBe("cancelled");
  expect(stagesIn(outcome)).toEqual({ ...passed("assemble"), ...passed("inference") });
});

test("without measuring neither tokens nor steps nor stages are counted", () => {
  const { moved } = outcomeOf("without measuring");
  const ours = Object.keys(moved).filter((name) => name.includes("unmeasured"));
  expect(ours.sort()).toEqual(["tacho_kv_cells_used unmeasured", "tacho_prefix_cache_cells unmeasured"]);
});

test("what an embedding reads is counted for its tenant", () => {
  const { result, moved } = outcomeOf<object>("an embedding");
  expect(result).toEqual({ tokens: [3, 1] });
  expect(moved).toMatchObject({
    "tacho_prompt_tokens_total vectors c": 4,
    "tacho_prefilled_tokens_total vectors": 4,
  });
});

test("the load of a saved state is timed once, and only the rest of its prompt computed", () => {
  const { moved } = outcomeOf("a prompt again whose state was saved");
  expect(moved).toMatchObject({
    "tacho_prompt_state_restore_duration_seconds recurrent": 1,
    "tacho_cached_prompt_tokens_total recurrent a": 199,
    "tacho_prefilled_tokens_total recurrent": 1,
  });
  expect(outcomeOf("the same prompt again").moved).not.toHaveProperty(
    "tacho_prompt_state_restore_duration_seconds mini",
  );
});
