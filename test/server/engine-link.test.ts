import { afterEach, describe, expect, it, vi } from "vitest";
import type { EngineSettings, GenerateRequest, ModelInfo } from "../../src/engine/messages.js";
import { EngineLink, type EngineClient, type EngineLinkOptions } from "../../src/server/engine-link.js";
import { catalog } from "../../src/metrics/catalog.js";
import { Meters } from "../../src/server/meters.js";
import { openTelemetry } from "../../src/telemetry/index.js";
import { scriptedHost } from "./stand.js";

const settings: EngineSettings = {
  model: "hf:user/model",
  download: true,
  modelsDirectory: "/models",
  modelId: "scripted",
  contextSize: 0,
  slots: 2,
  threads: 1,
  gpu: "off",
  gpuLayers: -1,
  maxContext: 0,
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
  telemetryPath: "none",
  keepsTelemetry: false,
};

const sampling = {
  temperature: 1,
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
  mirostat: { version: 0 as const, tau: 5, eta: 0.1 },
};

const telemetry = openTelemetry(catalog);
let link: EngineLink;
let events: string[];
afterEach(() => {
  vi.restoreAllMocks();
  link.kill();
});

async function start(modelId: string, options: Partial<EngineLinkOptions> = {}): Promise<ModelInfo> {
  events = [];
  link = new EngineLink({
    hostModule: scriptedHost,
    settings: { ...settings, modelId },
    events: {
      onProgress: (phase, fraction) => events.push(`${phase} ${fraction}`),
      onReady: () => events.push("ready"),
      onDown: (how, seconds) => events.push(`${how}, again in ${seconds}`),
      onRestart: () => events.push("restart"),
    },
    meters: new Meters(telemetry.metrics).ofModel("scripted").link,
    ...options,
  });
  return link.start();
}

function submit(id: number, script: string): string[] {
  const heard: string[] = [];
  const client: EngineClient = {
    onPiece: ({ text }) => heard.push(`'${text}'`),
    onEnd: ({ reason }) => heard.push(reason),
    onFlush: () => heard.push("flush"),
    onLost: () => heard.push("lost"),
  };
  const prompt = { kind: "text", text: script } as const;
  const request: GenerateRequest = {
    id,
    arrivedAt: 0,
    tenant: "default",
    prompt,
    maxTokens: null,
    stop: [],
    ignoreEos: false,
    priority: 0,
    cacheSalt: "",
    adapter: "",
    logprobs: null,
    promptLogprobs: null,
    constraint: null,
    prediction: "",
    sampling,
  };
  link.submit(request, client);
  return heard;
}

const heardAs = (check: () => unknown, wanted: unknown) =>
  vi.waitFor(() => expect(check()).toEqual(wanted), { timeout: 10_000, interval: 2 });

describe("the engine link", () => {
  it("tells what it serves once the model is loaded", async () => {
    expect(await start("scripted")).toMatchObject({ id: "scripted", slots: 2 });
    expect(link.state).toBe("ready");
    expect(events).toEqual(["load 1", "ready"]);
  });

  it("flushes a request once a message, however much the message brought it", async () => {
    await start("scripted");
    const heard = submit(1, "burst");
    await heardAs(() => heard, ["'Grüße\n'", "''", "'\"🌍\"'", "stop", "flush"]);
  });

  it("brings what a call is answered with, and why it is refused", async () => {
    await start("scripted");
    const asked = [[97, 98], [99]].map((tokens) => link.call({ kind: "detokenize", tokens }));
    expect(await Promise.all(asked)).toEqual(["ab", "c"]);
    const refused = link.call({ kind: "rank", tenant: "default", query: "broken", documents: [] });
    await expect(refused).rejects.toMatchObject({
      code: "engine_failed",
      message: "the decode failed",
      input: null,
    });
  });

  it("loses its calls with the host, and takes none while that is away", async () => {
    await start("scripted", { firstDelaySeconds: 60 });
    const calls = ["stall", "crash"].map((query) =>
      link.call({ kind: "rank", tenant: "default", query, documents: [] }),
    );
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "engine_lost" });
    expect(link.state).toBe("restarting");
    const late = link.call({ kind: "detokenize", tokens: [] });
    await expect(late).rejects.toMatchObject({ code: "engine_lost" });
  });

  it("brings a cancelled request's last word, and ignores the cancelling of one that has ended", async () => {
    await start("scripted");
    const heard = submit(1, "silent");
    link.cancel(1);
    await heardAs(() => heard, ["cancelled", "flush"]);
    link.cancel(1);
    const next = submit(2, "words 1");
    await heardAs(() => next.at(-2), "stop");
    expect(heard).toHaveLength(2);
  });

  it("waits twice as long before each restart, and tells the lost requests after that it is down", async () => {
    await start("scripted", { firstDelaySeconds: 0.01, healthySeconds: 60 });
    for (const id of [1, 2, 3]) {
      const heard = submit(id, "exit");
      await heardAs(() => heard, ["lost"]);
      expect(link.state).toBe("restarting");
      await heardAs(() => link.state, "ready");
    }
    const downs = events.filter((event) => event.includes("again"));
    expect(downs).toEqual([0.01, 0.02, 0.04].map((seconds) => `exited with code 3, again in ${seconds}`));
  });

  it("starts over with short waits after a host that was healthy", async () => {
    await start("scripted", { firstDelaySeconds: 0.01, healthySeconds: 0 });
    for (const id of [1, 2]) {
      submit(id, "exit");
      await heardAs(() => events.filter((event) => event === "ready").length, id + 1);
    }
    const downs = events.filter((event) => event.includes("again"));
    expect(downs).toEqual(["exited with code 3, again in 0.01", "exited with code 3, again in 0.01"]);
  });

  it("stops for good, also while it waits to restart", async () => {
    await start("scripted", { firstDelaySeconds: 60 });
    const setTimer = vi.spyOn(globalThis, "setTimeout");
    const clearTimer = vi.spyOn(globalThis, "clearTimeout");
    submit(1, "exit");
    await heardAs(() => link.state, "restarting");
    const restart = setTimer.mock.calls.findIndex(([, milliseconds]) => milliseconds === 60_000);
    await link.stop();
    expect(clearTimer).toHaveBeenCalledWith(setTimer.mock.results[restart]!.value);
    expect(link.state).toBe("stopped");
  });

  it("ends a host at once that is told to stop while it loads", async () => {
    const started = start("deaf-loading", { stopSeconds: 3600 });
    const failed = expect(started).rejects.toThrow("was killed by SIGKILL before the model was ready");
    await heardAs(() => events, ["load 0"]);
    await Promise.all([link.stop(), link.stop()]);
    await failed;
  });

  it("looks for a model once: a restart loads the file that was found", async () => {
    await start("scripted", { firstDelaySeconds: 0.01 });
    const told = submit(1, "settings");
    await heardAs(() => told.at(-2), "stop");
    expect(told[0]).toContain('"model":"hf:user/model","download":true');
    submit(2, "exit");
    await heardAs(() => events.filter((event) => event === "ready").length, 2);
    const toldNext = submit(3, "settings");
    await heardAs(() => toldNext.at(-2), "stop");
    expect(toldNext[0]).toContain('"model":"/downloaded/hf:user/model","download":false');
  });

  describe("when no process can be started", () => {
    // More than Linux takes as one string (128 KiB): spawning throws E2BIG, as it throws ENOMEM.
    const hinder = () => vi.stubEnv("TACHO_TEST_HINDRANCE", "x".repeat(2 ** 18));
    afterEach(() => vi.unstubAllEnvs());

    it("fails to start", async () => {
      hinder();
      await expect(start("scripted")).rejects.toThrow("could not be started (spawn E2BIG)");
    });

    it("tries again until it can", async () => {
      await start("scripted", { firstDelaySeconds: 0.01 });
      hinder();
      submit(1, "exit");
      const refused = "could not be started (spawn E2BIG), again in 0.02";
      await vi.waitFor(() => expect(events).toContain(refused), { timeout: 10_000, interval: 2 });
      vi.unstubAllEnvs();
      await heardAs(() => link.state, "ready");
    });
  });

  it("ends a host by force that does not stop by itself, and tells its requests", async () => {
    await start("deaf", { stopSeconds: 0.05 });
    const heard = submit(1, "silent");
    await link.stop();
    expect(heard).toEqual(["lost"]);
    expect(events.filter((event) => event.includes("again"))).toEqual([]);
  });
});
