import { describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Sample {
  pid: number;
  thread: number;
  object: string;
}

const { samplesIn, objectName } = (await benchModule("processes/perf-samples.mjs")) as {
  samplesIn: (text: string) => Sample[];
  objectName: (place: string) => string;
};
const { instructionsIn } = (await benchModule("processes/perf-instructions.mjs")) as {
  instructionsIn: (words: string) => number | null;
};
const { cpuShares } = (await benchModule("processes/cpu-shares.mjs")) as {
  cpuShares: (
    samples: Sample[],
    titles: Map<number, string>,
  ) => Record<string, number> & { places: Record<string, number> };
};
const { collectedIn } = (await benchModule("telemetry/loop-instructions.mjs")) as {
  collectedIn: (words: string) => number;
};

describe("a sample", () => {
  test("has its process, its thread and its object; lines that are none are left out", () => {
    const text = [
      "  120/121        7f3326646cae (/usr/lib/x86_64-linux-gnu/libc.so.6)",
      "12/12    ffffffff81000000 ([kernel.kallsyms])",
      "# a comment",
      "",
    ].join("\n");
    expect(samplesIn(text)).toEqual([
      { pid: 120, thread: 121, object: "libc.so.6" },
      { pid: 12, thread: 12, object: "kernel" },
    ]);
  });

  test.each([
    ["[nf_conntrack]", "kernel"],
    ["[guest.kernel.kallsyms]", "kernel"],
    ["[vdso]", "[vdso]"],
    ["[unknown]", "[unknown]"],
    ["//anon", "code made at run time"],
    ["/tmp/perf-6455.map", "code made at run time"],
    ["/opt/a (b)/libggml-cpu-zen4.so", "libggml-cpu-zen4.so"],
    ["/opt/engine.node (deleted)", "engine.node"],
  ])("in %s is in %s", (place, name) => {
    expect(objectName(place)).toBe(name);
  });
});

describe("the shares of the CPU time", () => {
  const [compute, http] = [2, 3];
  const sample = (thread: number, object: string, pid = 1): Sample => ({ pid, thread, object });
  const times = (count: number, one: Sample) => Array<Sample>(count).fill(one);
  const samples = [
    ...times(10, sample(compute, "libggml-cpu-zen4.so")),
    ...times(2, sample(compute, "libgomp.so.1")),
    ...times(1, sample(compute, "kernel")),
    ...times(1, sample(compute, "libm.so.6")),
    ...times(1, sample(compute, "libllama.so")),
    ...times(1, sample(http, "libggml-base.so")),
    ...times(14, sample(http, "libc.so.6")),
    ...times(10, sample(4, "node", 4)),
  ];
  const shares = cpuShares(samples, new Map([[1, "server"]]));

  test("divide what computes from all else, and tell two parts of that by themselves", () => {
    expect(shares).toMatchObject({ computeKernel: 1 / 40, computeLibraries: 1 / 40 });
    expect(shares.ggml).toBeCloseTo(13 / 40);
    expect(shares.host).toBeCloseTo(27 / 40);
  });

  test("name the places of the host by process, kind of thread and object", () => {
    expect(Object.keys(shares.places).sort()).toEqual([
      "?, other threads: node",
      "server, compute threads: kernel",
      "server, compute threads: libllama.so",
      "server, compute threads: libm.so.6",
      "server, other threads: libc.so.6",
    ]);
    expect(shares.places["server, other threads: libc.so.6"]).toBeCloseTo(14 / 40);
  });
});

test("instructions are known only where the processor counts them", () => {
  expect(instructionsIn("Events enabled\n123456,,instructions:u,900,100.00,,\n")).toBe(123456);
  expect(instructionsIn("<not supported>,,instructions:u,0,100.00,,\n")).toBeNull();
  expect(instructionsIn("")).toBeNull();
});

test("callgrind's count is read, and an end without one is an error", () => {
  expect(collectedIn("==1== Events    : Ir\n==1== Collected : 4711\n")).toBe(4711);
  expect(() => collectedIn("Illegal instruction")).toThrow("Expected a count from callgrind");
});
