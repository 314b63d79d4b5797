import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKS } from "../../src/server/doctor/checks.js";
import { VERSION } from "../../src/server/package-info.js";
import { TachoProcess } from "../server/tacho-process.js";
import { FakeGpu } from "./fake-gpu.js";

interface Report {
  version: string;
  ok: boolean;
  checks: { id: string; status: string; found: string; remedy?: string }[];
}

/** No GPU of this machine, should it have one, is seen. */
const NO_GPU = { TACHO_NVML_PATH: "/no/libnvidia-ml.so.1", CUDA_VISIBLE_DEVICES: "" };
const ANY_PORT = ["--port", "0", "--gpu", "off"];

async function examine(args: string[], env: Record<string, string> = NO_GPU) {
  const tacho = new TachoProcess("real", ["doctor", ...args], env);
  const code = await tacho.ended();
  return { code, stdout: tacho.stdout, stderr: tacho.stderr };
}

async function report(
  args: string[],
  env?: Record<string, string>,
): Promise<Report & { code: number | string }> {
  const { code, stdout } = await examine(["--json", ...args], env);
  return { code, ...(JSON.parse(stdout) as Report) };
}

const row = ({ checks }: Report, id: string) => checks.find((check) => check.id === id);

describe("tacho doctor", () => {
  let gpu: FakeGpu;
  let other: Server;
  let folder: string;
  beforeAll(async () => {
    gpu = new FakeGpu();
    folder = mkdtempSync(join(tmpdir(), "tacho-doctor-"));
    other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
  });
  afterAll(() => {
    other.close();
    gpu.end();
    rmSync(folder, { recursive: true });
  });

  it("shows a row for each check on one screen, and what will run", async () => {
    const { code, stdout, stderr } = await examine(ANY_PORT);
    expect([code, stderr]).toEqual([0, ""]);
    for (const { title } of CHECKS) expect(stdout).toMatch(new RegExp(`^\\S+ +${title} {2,}\\S`, "m"));
    expect(stdout.split("\n").length).toBeLessThanOrEqual(43);
    expect(stdout).not.toContain("\x1b");
    expect(stdout).toMatch(/\n\n--gpu off will use the CPU with \d+ threads?\.\n$/);
  });

  it("prints the same as one JSON document", async () => {
    const found = await report(ANY_PORT);
    expect(found).toMatchObject({ code: 0, version: VERSION, ok: true });
    expect(found.checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    expect(row(found, "engine-addon")).toMatchObject({ status: "ok" });
    expect(row(found, "cpu-libraries")).toMatchObject({ status: "ok" });
    expect(row(found, "nvml")).toMatchObject({
      status: expect.stringMatching(/not-applicable|warning/) as string,
    });
  });

  it("fails where the port is taken", async () => {
    const { port } = other.address() as AddressInfo;
    const found = await report(["--port", String(port), "--gpu", "off"]);
    expect(found).toMatchObject({ code: 1, ok: false });
    expect(row(found, "port")).toMatchObject({
      status: "failure",
      found: `Port ${port} on 127.0.0.1 is taken by another program; choose another one.`,
    });
    const { code, stdout } = await examine(["--gpu", "off"], { ...NO_GPU, TACHO_PORT: String(port) });
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n\ntacho cannot serve with these settings: see port\.\n$/);
  });

  it("fails where the model is not there", async () => {
    const model = join(folder, "no.gguf");
    const found = await report([...ANY_PORT, "--model", model]);
    expect(found).toMatchObject({ code: 1, ok: false });
    expect(row(found, "model")).toMatchObject({
      status: "failure",
      found: expect.stringContaining(model) as string,
    });
    expect(row(found, "default-model")).toMatchObject({ status: "ok" });
  });

  it.each<[what: string, args: () => string[], env?: Record<string, string>]>([
    ["a public address without an API key", () => ["--host", "0.0.0.0"]],
    ["a host that is none", () => ["--host", "no.example.invalid"]],
    ["a certificate that is not there", () => ["--tls-cert", "/no.pem", "--tls-key", "/no.key"]],
    ["a key file that is not there", () => ["--api-keys-file", "/no.json"]],
    ["an API key that is none", () => [], { TACHO_API_KEY: "a b" }],
    ["an adapter that is not there", () => ["--lora", "a=/no.gguf"]],
    ["a draft model that is not there", () => ["--draft-model", "/no.gguf"]],
    ["a model that is not there", () => ["--model", "/no.gguf"]],
    ["a model larger than the memory for all", () => ["--models-memory", "1"]],
    ["a guardrail that is unknown", () => ["--block", "nonsense"]],
    ["a dialect that is unknown", () => ["--metrics-dialects", "nonsense"]],
    ["an endpoint for traces that is no URL", () => ["--trace-endpoint", "nonsense"]],
    ["an access log in no folder", () => ["--access-log", join(folder, "no/access.log")]],
  ])("fails where serve refuses %s, in the same words", async (_, args, env = {}) => {
    const given = [...ANY_PORT, ...args()];
    const serve = new TachoProcess("real", given, { ...NO_GPU, ...env });
    expect(await serve.ended()).not.toBe(0);
    const found = await report(given, { ...NO_GPU, ...env });
    expect(found.ok).toBe(false);
    const [, words] = /^tacho: (.*)\n$/.exec(serve.stderr) ?? [];
    expect(row(found, "settings")).toMatchObject({ status: "failure", found: words });
  });

  it("shows the GPUs that NVML tells of", async () => {
    gpu.say({ gpus: 2, "mig.1": 1 });
    const found = await report(ANY_PORT, gpu.environment as Record<string, string>);
    expect(found.code).toBe(0);
    expect(row(found, "nvidia-driver")).toMatchObject({
      status: "ok",
      found: "550.54.15, for CUDA up to 12.4",
    });
    expect(row(found, "nvml")).toMatchObject({ status: "ok" });
    expect(row(found, "gpus")?.found).toMatch(/^0: Fake H200, .*; 1: Fake H200, .*, MIG: Fake H200 MIG 1g$/);
  });

  it("goes on where NVML refuses", async () => {
    gpu.say({ "return.nvmlInit_v2": 18 });
    const found = await report(ANY_PORT, gpu.environment as Record<string, string>);
    expect(found.code).toBe(0);
    expect(row(found, "nvml")).toMatchObject({ status: "warning", remedy: expect.any(String) as string });
  });

  it.each([
    [["--jsn"], "Unknown option '--jsn'. Did you mean '--json'?"],
    [["--json=1"], "Option '--json' takes no value."],
    [["--port", "x"], "Expected an integer from 0 to 65535 for --port, but received 'x'."],
  ])("refuses %j in one line", async (args, message) => {
    expect(await examine(args)).toEqual({ code: 2, stdout: "", stderr: `tacho: ${message}\n` });
  });

  it("is listed by --help", async () => {
    const help = new TachoProcess("real", ["--help"]);
    await help.ended();
    expect(help.stdout).toMatch(/^ +tacho doctor \[options\] /m);
    expect(help.stdout).toContain("--json");
  });
});
