import path from "node:path";
import { describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Slice {
  name: string;
  minutes: number;
  needs: string[];
  command: string[];
  title: string;
  memory?: number;
  files?: Record<string, string[]>;
  products?: () => string[];
}
interface Plan {
  gpu: string;
  sequences: number[];
  streams: number[];
  models: Record<string, unknown>;
}

const { slicesOf } = (await benchModule("gpu/slices.mjs")) as {
  slicesOf: (plan: object, machine: object) => Slice[];
};
const { PLANS } = (await benchModule("gpu/plans.mjs")) as { PLANS: Record<"gpu" | "lent" | "dry", Plan> };
const { unfitness } = (await benchModule("gpu/prebuilt.mjs")) as {
  unfitness: (manifest: object | null, wanted: object) => string | null;
};
const BENCHES = ["engine", "serve", "nvml", "peers", "model"];

const LARGE = { root: "/repository", memory: 141e9 };
const slices = slicesOf({ ...PLANS.gpu, alone: false }, LARGE);
const named = (name: string) => slices.find((slice) => slice.name === name)!;
const flag = ({ command }: Slice, name: string) => command[command.indexOf(name) + 1];

describe("the slices on a GPU", () => {
  test("have names of their own, end within ten minutes, and come after what they need", () => {
    const names = slices.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const [index, { minutes, needs }] of slices.entries()) {
      expect(minutes).toBeLessThan(10);
      for (const need of needs) expect(names.slice(0, index)).toContain(need);
    }
  });

  test("measure every model at every number of sequences and streams, on the GPU", () => {
    for (const model of Object.keys(PLANS.gpu.models)) {
      for (const count of PLANS.gpu.sequences)
        expect(flag(named(`engine-${model}-${count}`), "--streams")).toBe(String(count));
      for (const count of PLANS.gpu.streams)
        expect(flag(named(`serve-${model}-${count}`), "--streams")).toBe(String(count));
    }
    const computing = slices.filter(({ command }) => command.includes("--gpu"));
    expect(computing.every((slice) => flag(slice, "--gpu") === "cuda")).toBe(true);
    expect(PLANS.gpu.sequences).toEqual([1, 8, 32, 64, 128, 256]);
    expect(PLANS.gpu.streams).toEqual([1, 32, 64, 128]);
  });

  test("are calls of the benches that there are", () => {
    const called = slices.filter(({ command }) => command[0] === "bench/main.mjs");
    expect(new Set(called.map(({ command }) => command[1]))).toEqual(new Set(BENCHES));
  });

  test("compare with llama-server both with and without backend sampling where the GPU has room for four", () => {
    const both = "llama-server-backend-sampling,llama-server,tacho-host-sampling";
    expect(flag(named("serve-8b-q8_0-64"), "--against")).toBe(both);
    expect(flag(named("serve-70b-q4_K_M-64"), "--against")).toBe("llama-server-backend-sampling");
    expect(named("serve-70b-q4_K_M-64").memory).toBeLessThan(LARGE.memory);
  });

  test("build and measure nothing where the machine lacks what all needs, and no peer where none is compared", () => {
    expect(named("build").needs).toEqual(["machine"]);
    for (const name of ["recovery", "telemetry-cost"])
      expect(named(name).command.filter((word) => word === "--alone")).toHaveLength(1);
  });

  test("build for the architectures that are named, and only where no back end is there that fits", () => {
    expect(named("build").command).toEqual(["scripts/build-cuda.mjs"]);
    const buildOn = (machine: object) =>
      slicesOf(PLANS.gpu, { ...LARGE, ...machine }).find(({ name }) => name === "build");
    const ninety = ["scripts/build-cuda.mjs", "--architectures", "90"];
    expect(buildOn({ architectures: "90" })?.command).toEqual(ninety);
    const unfit = "what is there is for 80, not 90";
    expect(buildOn({ unfit })).toMatchObject({
      title: expect.stringContaining(unfit) as unknown,
      minutes: 9,
    });
    expect(buildOn({ unfit, architectures: "90" })?.command).toEqual(ninety);
    expect(buildOn({ unfit: null, architectures: "90" })).toMatchObject({
      command: ["bench/gpu/prebuilt.mjs"],
      minutes: 0.1,
    });
  });

  test("ask for compilers only where something is left to compile", () => {
    expect(named("machine").command).not.toContain("--without-compiler");
    const [machine] = slicesOf(PLANS.gpu, { ...LARGE, unfit: null });
    expect(machine!.command).toContain("--without-compiler");
    expect(machine!.command).not.toContain("--without-libraries");
  });

  test("tell what each leaves outside the folder of results", () => {
    expect(named("build").products!()).toEqual(["/repository/build/cuda/build.json"]);
    expect(named("model-8b-q8_0").products!()).toEqual([
      expect.stringMatching(/\/tacho-bench\/models\/random-llama-8b-q8_0\.gguf$/),
    ]);
    const peers = named("peers").products!();
    expect(peers.map((file) => path.basename(file))).toEqual(["llama-server", "llama-batched-bench"]);
    const leaving = slices.filter(({ products }) => products !== undefined).map(({ name }) => name);
    expect(leaving).toEqual(
      slices.map(({ name }) => name).filter((name) => /^(build|peers|model-)/.test(name)),
    );
  });

  test("of tests need vitest, and those that build need sources", () => {
    expect(Object.keys(named("tests-1").files!)).toEqual(["vitest"]);
    expect(Object.keys(named("build").files!)).toEqual(["llama.cpp's sources"]);
  });
});

describe("the plan for a quarter of an hour", () => {
  const lent = slicesOf({ ...PLANS.lent, alone: false }, { ...LARGE, unfit: null }).map((slice) =>
    // As where the peers came with the rest.
    slice.name === "peers" ? { ...slice, minutes: 0.1 } : slice,
  );
  const FIRST = [
    ...["machine", "build", "peers", "model-8b-q8_0"],
    ...["engine-8b-q8_0-1", "engine-8b-q8_0-32", "engine-8b-q8_0-256"],
    ...["serve-8b-q8_0-32", "serve-8b-q8_0-128", "serve-8b-q8_0-1"],
    ...["recovery", "long-prompt", "nvml"],
  ];

  test("begins with the most telling slices, which take twelve minutes at most", () => {
    const first = lent.slice(0, FIRST.length);
    expect(first.map(({ name }) => name)).toEqual(FIRST);
    expect(first.reduce((sum, { minutes }) => sum + minutes, 0)).toBeLessThanOrEqual(12);
  });

  test("has the others after it, each after what it needs", () => {
    const names = lent.map(({ name }) => name);
    expect([...names].sort()).toEqual(slices.map(({ name }) => name).sort());
    for (const [index, { needs }] of lent.entries())
      for (const need of needs) expect(names.slice(0, index)).toContain(need);
  });
});

describe("a CUDA back end that is there", () => {
  const platform = `${process.platform}-${process.arch}`;
  const built = { release: "v0.5.0", architectures: ["80", "90"], platform };
  const why = (manifest: object | null, ...architectures: string[]) =>
    unfitness(manifest, { release: "v0.5.0", architectures });

  test.each([["90"], ["90-real"], ["90a"], ["90a-real"]])(
    "is good where it has code for the GPU: %s",
    (one) => {
      expect(why({ ...built, architectures: [one] }, "90")).toBeNull();
    },
  );

  test("is good where machine code alone is asked for", () => {
    expect(why(built, "90-real")).toBeNull();
  });

  test.each([
    [null, ["90"], "there is none"],
    [built, ["80", "89"], "what is there is for 80, 90, not 89"],
    [{ ...built, architectures: ["90-virtual"] }, ["90"], "what is there is for 90-virtual, not 90"],
    [{ ...built, architectures: undefined }, ["90"], "what is there is for , not 90"],
    [{ ...built, release: "v0.4.9" }, ["90"], "what is there is of llama.cpp v0.4.9, not v0.5.0"],
    [{ ...built, platform: "linux-arm" }, ["90"], `what is there is for linux-arm, not ${platform}`],
  ])("is not where it is of another make: %o for %o", (manifest, architectures, reason) => {
    expect(why(manifest, ...architectures)).toBe(reason);
  });
});

test("alone, no slice builds, runs or needs a peer", () => {
  const alone = slicesOf({ ...PLANS.gpu, alone: true }, LARGE);
  const measuring = alone.filter(({ name }) => /^(engine|serve|long-prompt)/.test(name));
  expect(measuring.length).toBeGreaterThan(0);
  for (const slice of measuring) {
    expect(slice.needs).not.toContain("peers");
    expect(slice.command).toContain("--alone");
    expect(slice.command).not.toContain("--against");
  }
});
