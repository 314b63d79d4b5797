import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const SOURCE = "native/telemetry/tests/fake_nvml/fake_nvml.c";
const LIBRARY = path.resolve("build/test-libraries/libfake_nvml.so");
/** NVML's field of the energy used since the driver was loaded, in millijoules. */
const TOTAL_ENERGY = "field.83";
const MILLIWATTS = 71_500;

function build(): void {
  mkdirSync(path.dirname(LIBRARY), { recursive: true });
  const unfinished = `${LIBRARY}.${process.pid}`;
  const { status, stderr } = spawnSync(
    "cc",
    ["-std=c11", "-O1", "-fPIC", "-shared", SOURCE, "-o", unfinished],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`Expected the fake NVML to compile but received: ${stderr}`);
  renameSync(unfinished, LIBRARY);
}

/** A GPU that a server sees through a stand-in for NVML. What it answers can be changed at any time. */
export class FakeGpu {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "tacho-fake-gpu-"));
  #answers: Record<string, string | number> = { gpus: 1, power_mw: MILLIWATTS, gpm: 1 };
  #meter: NodeJS.Timeout | undefined;

  constructor() {
    build();
    this.say({});
  }

  /** For the environment of a server. */
  get environment(): NodeJS.ProcessEnv {
    return { TACHO_NVML_PATH: LIBRARY, FAKE_NVML_CONTROL: path.join(this.#folder, "control") };
  }

  /** Keys and values are told in fake_nvml.c. */
  say(answers: Record<string, string | number>): void {
    this.#answers = { ...this.#answers, ...answers };
    const lines = Object.entries(this.#answers).map(([key, value]) => `${key} ${value}\n`);
    writeFileSync(path.join(this.#folder, "unfinished"), lines.join(""));
    renameSync(path.join(this.#folder, "unfinished"), path.join(this.#folder, "control"));
  }

  /** The energy counter goes on as at a steady power. */
  consume(): void {
    const start = Date.now();
    this.#meter = setInterval(
      () => this.say({ [TOTAL_ENERGY]: 1_000_000 + Math.round(((Date.now() - start) / 1000) * MILLIWATTS) }),
      200,
    );
  }

  setEnergyJoules(joules: number): void {
    this.say({ [TOTAL_ENERGY]: Math.round(joules * 1000) });
  }

  end(): void {
    clearInterval(this.#meter);
    rmSync(this.#folder, { recursive: true });
  }
}
