import { afterEach, describe, expect, it, vi } from "vitest";
import type { EngineSettings, GenerateRequest, ModelInfo } from "../../src/engine/messages.js";
import { EngineLink, type EngineClient, type EngineLinkOptions } from "../../src/server/engine-link.js";
import { scriptedHost } from "./stand.js";

const settings: EngineSettings = {
  model: "none",
  modelId: "scripted",
  contextSize: 0,
  slots: 2,
  threads: 1,
  gpu: "off",
  gpuLayers: -1,
  telemetryPath: "none",
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
};

let link: EngineLink;
let events: string[];
afterEach(() => link.kill());

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
    ...options,
  });
  return link.start();
}

function submit(id: number, script: string): string[] {
  const heard: string[] = [];
  const client: EngineClient = {
    onText: (text, tokens) => heard.push(`${tokens} '${text}'`),
    onEnd: ({ reason }) => heard.push(reason),
    onFlush: () => heard.push("flush"),
    onLost: () => heard.push("lost"),
  };
  const prompt = { kind: "text", text: script } as const;
  const request: GenerateRequest = {
    id,
    arrivedAt: 0,
    prompt,
    maxTokens: null,
    stop: [],
    ignoreEos: false,
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
    await heardAs(() => heard, ["1 'Grüße\n'", "1 ''", "1 '\"🌍\"'", "stop", "flush"]);
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
      // The timer of 0 s that says "healthy" fires before this one.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const downs = events.filter((event) => event.includes("again"));
    expect(downs).toEqual(["exited with code 3, again in 0.01", "exited with code 3, again in 0.01"]);
  });

  it("stops for good, also while it waits to restart", async () => {
    await start("scripted", { firstDelaySeconds: 0.02 });
    submit(1, "exit");
    await heardAs(() => link.state, "restarting");
    await link.stop();
    // Later than the restart would have been.
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(link.state).toBe("stopped");
    expect(events).not.toContain("restart");
  });

  it("ends a host by force that does not stop by itself, and tells its requests", async () => {
    await start("deaf", { stopSeconds: 0.05 });
    const heard = submit(1, "silent");
    await link.stop();
    expect(heard).toEqual(["lost"]);
    expect(events.filter((event) => event.includes("again"))).toEqual([]);
  });
});
