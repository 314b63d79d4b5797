import { rm, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MIB, type ModelSource } from "../../src/server/model-file.js";
import type { Settings } from "../../src/server/settings.js";
import { errorOf, Stand } from "./stand.js";

let stand: Stand;
afterEach(() => stand.close());

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 2 });

async function states(): Promise<Record<string, string>> {
  const answer = await fetch(`${stand.url}/v1/models`);
  const { data } = (await answer.json()) as { data: { id: string; state: string }[] };
  return Object.fromEntries(data.map(({ id, state }) => [id, state]));
}

const severalModels = (settings: Partial<Settings>, others: Partial<ModelSource>[]) =>
  Stand.start(settings, undefined, others);

describe("several models", () => {
  it("are loaded by the requests that name them, each in a host of its own", async () => {
    stand = await severalModels({ alias: "one", parallel: 1 }, [{ id: "two" }, { id: "embedding" }]);
    expect(await states()).toEqual({ one: "loaded", two: "unloaded", embedding: "unloaded" });
    const [one, two, vector] = await Promise.all([
      stand.chat("settings"),
      stand.chat("settings", { model: "two" }),
      stand.post("/v1/embeddings", { model: "embedding", input: "abc" }),
    ]);
    for (const [response, id] of [
      [one, "one"],
      [two, "two"],
    ] as const) {
      const { model, choices } = (await response.json()) as {
        model: string;
        choices: [{ message: { content: string } }];
      };
      expect(model).toBe(id);
      expect(JSON.parse(choices[0].message.content)).toMatchObject({ modelId: id, slots: 1 });
    }
    expect(vector.status).toBe(200);
    expect(await states()).toEqual({ one: "loaded", two: "loaded", embedding: "loaded" });
    for (const id of ["one", "two", "embedding"])
      expect(await stand.metric(`tacho_requests_total{model="${id}",outcome="stop"}`)).toBe(1);
  });

  it("have queues of their own", async () => {
    stand = await severalModels({ alias: "one", parallel: 1, drainSeconds: 0 }, [{ id: "two" }]);
    const asked = [1, 2].map(() => stand.chat("stall", { stream: true }));
    await until(async () => expect(await stand.metric('tacho_requests_waiting{model="one"}')).toBe(1));
    expect((await stand.chat("words 1", { model: "two" })).status).toBe(200);
    expect(await stand.metric('tacho_requests_running{model="two"}')).toBe(0);
    await stand.front.drain();
    await Promise.all(asked);
  });

  it("make way for each other where one alone fits", async () => {
    const [one, two] = ["one-2-MiB", "two-2-MiB"];
    stand = await severalModels({ alias: one, modelsMemory: 3 }, [{ id: two, bytes: 2 * MIB }]);
    for (const [model, other] of [
      [two, one],
      [one, two],
      [two, one],
    ] as const) {
      expect((await stand.chat("words 1", { model })).status).toBe(200);
      expect(await states()).toEqual({ [model]: "loaded", [other]: "unloaded" });
      expect(await stand.readiness()).toBe(200);
    }
    expect(await stand.metric("tacho_engine_host_restarts_total")).toBe(0);
  });

  it("keep requests waiting while they load, which a metric shows", async () => {
    stand = await severalModels({ alias: "one" }, [{ id: "waits" }]);
    const hold = `${stand.telemetry.path!}.hold`;
    await writeFile(hold, "");
    const asked = stand.chat("words 1", { model: "waits" });
    await until(async () => expect(await stand.metric('tacho_requests_waiting{model="waits"}')).toBe(1));
    expect(await states()).toMatchObject({ waits: "loading" });
    expect(await stand.readiness()).toBe(200);
    await rm(hold);
    expect((await asked).status).toBe(200);
    expect(await stand.metric('tacho_requests_waiting{model="waits"}')).toBe(0);
  });

  it("answer 503 with Retry-After to requests that waited in vain, under the model's name", async () => {
    stand = await severalModels({ alias: "one", queueTimeout: 0.05 }, [
      { id: "never-ready" },
      { id: "fails" },
    ]);
    const late = await stand.chat("words 1", { model: "never-ready" });
    expect([late.status, late.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await errorOf(late)).toMatchObject({ code: "model_loading" });
    await until(async () => {
      const failed = await stand.chat("words 1", { model: "fails" });
      expect([failed.status, failed.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(await errorOf(failed)).toEqual({
        code: "model_failed",
        type: "server_error",
        param: null,
        message: "The model 'fails' could not be loaded; it is tried again in 5 s.",
      });
    });
    expect(await states()).toEqual({ one: "loaded", "never-ready": "loading", fails: "failed" });
    expect(await stand.metric('tacho_requests_total{model="never-ready",outcome="rejected"}')).toBe(1);
    expect(await stand.readiness()).toBe(200);
  });

  it("keep no request longer than its own limit, which runs while they load", async () => {
    stand = await severalModels({ alias: "one" }, [{ id: "never-ready" }]);
    const late = [true, false].map((stream) =>
      stand.chat("words 1", { model: "never-ready", timeout_ms: 50, stream }),
    );
    for (const response of await Promise.all(late)) {
      expect(response.status).toBe(408);
      // Official clients repeat a 408 by themselves.
      expect(response.headers.get("x-should-retry")).toBe("false");
      expect(await errorOf(response)).toMatchObject({ code: "deadline_exceeded", param: "timeout_ms" });
    }
    expect(await stand.metric('tacho_requests_total{model="never-ready",outcome="timeout"}')).toBe(2);
    expect(await stand.metric('tacho_requests_waiting{model="never-ready"}')).toBe(0);
  });

  it("are loaded at the start when that is wanted", async () => {
    stand = await severalModels({ alias: "one", preload: "all" }, [{ id: "two" }, { id: "three" }]);
    await until(async () =>
      expect(await states()).toEqual({ one: "loaded", two: "loaded", three: "loaded" }),
    );
  });

  it("keep the adapters and the draft model to the first", async () => {
    stand = await severalModels({ alias: "one", lora: "mine=a.gguf", draftModel: "d.gguf" }, [{ id: "two" }]);
    for (const [model, wanted] of [
      ["mine", { draftModel: "d.gguf", speculation: "draft", adapters: [{ name: "mine" }] }],
      ["two", { draftModel: "", speculation: "off", adapters: [] }],
    ] as const) {
      const answer = (await (await stand.chat("settings", { model })).json()) as {
        choices: [{ message: { content: string } }];
      };
      expect(JSON.parse(answer.choices[0].message.content)).toMatchObject(wanted);
    }
    expect(await (await fetch(`${stand.url}/v1/models/mine`)).json()).toMatchObject({ parent: "one" });
  });

  it("ends waiting requests at the drain's limit, and all hosts", async () => {
    stand = await severalModels({ alias: "one", drainSeconds: 0.05 }, [{ id: "never-ready" }]);
    const asked = stand.chat("words 1", { model: "never-ready" });
    await until(async () => expect(await states()).toMatchObject({ "never-ready": "loading" }));
    await stand.front.drain();
    expect(await errorOf(await asked)).toMatchObject({ code: "drain_timeout" });
  });
});
