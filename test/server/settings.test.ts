import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { parseCommand } from "../../src/server/command-line.js";
import { SETTINGS, settingEntries, variableOf } from "../../src/server/settings.js";
import { readSettings } from "../../src/server/settings-reader.js";

function settings(args: string[], env: Record<string, string> = {}) {
  const command = parseCommand(args);
  if (command.kind !== "serve") throw new Error(command.kind);
  return readSettings(command.given, env);
}

describe("settings", () => {
  it("have the defaults of their table", () => {
    const { model, ...others } = settings([]);
    for (const [key, value] of Object.entries(others)) expect(value).toBe(SETTINGS[key as "port"].default);
    expect(model).toMatch(/models\/tacho-mini\.gguf$/);
  });

  it("come from the command line before the environment", () => {
    expect(settings([], { TACHO_CTX_SIZE: "512" }).contextSize).toBe(512);
    expect(settings(["--ctx-size", "256"], { TACHO_CTX_SIZE: "512" }).contextSize).toBe(256);
    expect(settings(["serve", "--ctx-size=128"]).contextSize).toBe(128);
    expect(settings([], { TACHO_CTX_SIZE: "" }).contextSize).toBe(0);
  });

  it("take negative numbers as values", () => {
    expect(settings(["--gpu-layers", "-1"]).gpuLayers).toBe(-1);
  });

  it("have one flag and one variable each", () => {
    const flags = settingEntries.map(([, { flag }]) => flag);
    expect(new Set(flags).size).toBe(flags.length);
    expect(variableOf(SETTINGS.drainSeconds)).toBe("TACHO_DRAIN_SECONDS");
  });

  it.each(["f32", "f16", "bf16"])("allow values of type %s without flash attention", (type) => {
    expect(settings(["--flash-attn", "off", "--cache-type-v", type]).cacheTypeV).toBe(type);
  });

  it("allow quantised keys without flash attention", () => {
    expect(settings(["--flash-attn", "off", "--cache-type-k", "q4_0"]).cacheTypeK).toBe("q4_0");
  });

  it.each([0, 16])("allow a context of %i", (context) => {
    expect(settings(["--max-context", String(context)]).maxContext).toBe(context);
  });

  it.each([
    ["--speculation", "ngram"],
    ["--draft-model", "a.gguf"],
    ["--backend-sampling", "on"],
  ])("allow %s %s alone", (...args) => {
    expect(() => settings(args)).not.toThrow();
  });

  const tooMany = String(availableParallelism() + 1);
  it.each<[args: string[], env: Record<string, string>, message: string]>([
    [["--threds", "x"], {}, "Unknown option '--threds'. Did you mean '--threads'?"],
    [["--nonsense"], {}, "Unknown option '--nonsense'."],
    [["-x"], {}, "Unknown option '-x'."],
    [
      ["bench"],
      {},
      "Unknown command 'bench': expected 'serve', 'metrics', 'key' or 'doctor'. With npm start, flags follow '--'.",
    ],
    [["serve", "more"], {}, "Unexpected argument 'more'."],
    [["--port"], {}, "Option '--port' needs a value."],
    [["--host", "--port", "1"], {}, "Option '--host' needs a value."],
    [["--help=yes"], {}, "Option '--help' takes no value."],
    [["--host="], {}, "Expected a value for --host, but received ''."],
    [["--port", "http"], {}, "Expected an integer from 0 to 65535 for --port, but received 'http'."],
    [["--port=65536"], {}, "Expected an integer from 0 to 65535 for --port, but received '65536'."],
    [["--port", "1.5"], {}, "Expected an integer from 0 to 65535 for --port, but received '1.5'."],
    [["--port", " "], {}, "Expected an integer from 0 to 65535 for --port, but received ' '."],
    [["--port", "0x50"], {}, "Expected an integer from 0 to 65535 for --port, but received '0x50'."],
    [["--alias", "a\nb"], {}, "Expected text without control characters for --alias"],
    [["--parallel", "257"], {}, "Expected an integer from 1 to 256 for --parallel, but received '257'."],
    [["--threads", tooMany], {}, `for --threads, but received '${tooMany}'.`],
    [["--gpu", "metal"], {}, "Expected one of auto, cuda, vulkan, off for --gpu, but received 'metal'."],
    [["--flash-attn", "yes"], {}, "Expected one of auto, on, off for --flash-attn, but received 'yes'."],
    [["--cache-type-k", "q8"], {}, "q5_0, q5_1 for --cache-type-k, but received 'q8'."],
    [["--cache-type-v", "F16"], {}, "q5_0, q5_1 for --cache-type-v, but received 'F16'."],
    [
      ["--cache-type-v", "q8_0", "--flash-attn", "off"],
      {},
      "Expected auto or on for --flash-attn with --cache-type-v q8_0, but received 'off'.",
    ],
    [["--speculation", "draft"], {}, "Expected one of off, ngram for --speculation, but received 'draft'."],
    [["--draft-tokens", "0"], {}, "Expected an integer from 1 to 64 for --draft-tokens, but received '0'."],
    [["--replicas", "0"], {}, "Expected an integer from 1 to 32 for --replicas, but received '0'."],
    [["--replicas", "33"], {}, "Expected an integer from 1 to 32 for --replicas, but received '33'."],
    [
      [...Array<string[]>(33).fill(["--model", "a"])].flat(),
      {},
      "Expected at most 32 times --model with --replicas 1, but received 33.",
    ],
    [["--preload", "none"], {}, "Expected one of first, all for --preload, but received 'none'."],
    [["--model", "a", "--model", ""], {}, "Expected a value for --model"],
    [[], { TACHO_MODEL: "a," }, "Expected a value for TACHO_MODEL"],
    [["--max-context", "1"], {}, "Expected 0 or at least 16 for --max-context, but received '1'."],
    [[], { TACHO_MAX_CONTEXT: "15" }, "Expected 0 or at least 16 for --max-context, but received '15'."],
    [
      ["--speculation", "ngram", "--draft-model", "a.gguf"],
      {},
      "Expected off for --speculation with --draft-model, but received 'ngram'.",
    ],
    [
      ["--backend-sampling", "on", "--speculation", "ngram"],
      {},
      "Expected auto or off for --backend-sampling with --speculation, but received 'on'.",
    ],
    [
      ["--backend-sampling", "on", "--draft-model", "a.gguf"],
      {},
      "Expected auto or off for --backend-sampling with --draft-model, but received 'on'.",
    ],
    [["--priority-seconds", "0"], {}, "for --priority-seconds, but received '0'."],
    [
      ["--prefill-multiple", "0.5"],
      {},
      "a number from 1 to 1000 for --prefill-multiple, but received '0.5'.",
    ],
    [["--drain-seconds", "-1"], {}, "for --drain-seconds, but received '-1'."],
    [[], { TACHO_GPU: "x" }, "for TACHO_GPU, but received 'x'."],
  ])("refuse %j %j", (args, env, message) => {
    expect(() => settings(args, env)).toThrow(message);
  });

  it.each([["--help"], ["-h"], ["serve", "-h"], ["help"], ["--help", "--port", "1"]])(
    "%s asks for help",
    (...args) => {
      expect(parseCommand(args).kind).toBe("help");
    },
  );
});
