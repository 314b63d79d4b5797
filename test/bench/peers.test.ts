import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { benchModule, ROOT } from "./bench-module.js";

const { LLAMA_RELEASE, sharedBackends, linkBackends, layerFlags } = (await benchModule(
  "peers/llama-cpp.mjs",
)) as {
  LLAMA_RELEASE: string;
  sharedBackends: (gpu: string, folder: string) => string | null;
  linkBackends: (folder: string, backends: string) => void;
  layerFlags: (gpu: string) => string[];
};
const { llamaServerFlags } = (await benchModule("peers/servers.mjs")) as {
  llamaServerFlags: (sizes: object, extra: string[]) => string[];
};
interface BatchedRun {
  model: string;
  count: number;
  promptTokens: number;
  tokens: number;
  threads: number;
  cells: number;
  gpu: string;
}
const { batchedBenchFlags, runBatchedBench } = (await benchModule("peers/batched-bench.mjs")) as {
  batchedBenchFlags: (run: BatchedRun) => string[];
  runBatchedBench: (program: string, run: BatchedRun) => Promise<{ rate: number; generationRate: number }>;
};

let place: string;
beforeEach(() => (place = mkdtempSync(path.join(tmpdir(), "tacho-peers-"))));
afterEach(() => rmSync(place, { recursive: true }));

test("the peers take the back ends of tacho's CUDA build where it is of the same release", () => {
  expect(sharedBackends("cuda", place)).toBeNull();
  writeFileSync(path.join(place, "build.json"), JSON.stringify({ release: LLAMA_RELEASE }));
  expect(sharedBackends("cuda", place)).toBe(place);
  expect(sharedBackends("off", place)).toBeNull();
  writeFileSync(path.join(place, "build.json"), JSON.stringify({ release: "v0.0.1" }));
  expect(sharedBackends("cuda", place)).toBeNull();
});

test("only back ends are linked beside the programs, and again after each build", () => {
  const [programs, backends] = ["bin", "cuda"].map((name) => path.join(place, name));
  for (const folder of [programs!, backends!]) mkdirSync(folder);
  const linked = ["libggml-cpu-haswell.so", "libggml-cpu.so", "libggml-cuda.so"];
  for (const file of [...linked, "libggml-base.so", "libllama.cuda.so", "build.json"])
    writeFileSync(path.join(backends!, file), "");
  linkBackends(programs!, backends!);
  linkBackends(programs!, backends!);
  expect(readdirSync(programs!).sort()).toEqual(linked);
  expect(readlinkSync(path.join(programs!, "libggml-cuda.so"))).toBe(path.join(backends!, "libggml-cuda.so"));
});

const RUN = {
  model: "m.gguf",
  count: 4,
  promptTokens: 32,
  tokens: 128,
  threads: 2,
  cells: 1024,
  gpu: "cuda",
};

test("on a GPU the peers name it, so that they end where it is not there", () => {
  expect(layerFlags("cuda")).toEqual(["-ngl", "99", "-dev", "CUDA0"]);
  expect(layerFlags("off")).toEqual([]);
  expect(batchedBenchFlags(RUN).join(" ")).toContain("-ngl 99 -dev CUDA0");
  expect(llamaServerFlags({ ...RUN, parallel: 4 }, []).join(" ")).toContain("-ngl 99 -dev CUDA0");
});

test("the peers' flags are those of this release", () => {
  const sources = ["build/llama.cpp", "build/llama.cpp-source"].map((name) => path.join(ROOT, name));
  const known = readFileSync(path.join(sources.find(existsSync)!, "common/arg.cpp"), "utf8");
  const given = [...batchedBenchFlags(RUN), ...llamaServerFlags({ ...RUN, parallel: 4 }, [])];
  const flags = given.filter((text) => /^-+[a-z]/.test(text));
  expect(flags.length).toBeGreaterThan(15);
  expect(flags.filter((name) => !known.includes(`"${name}"`))).toEqual([]);
});

describe("llama-batched-bench", () => {
  const line = (tokens: number, t_tg: number) => JSON.stringify({ tg: tokens, t_pp: 0.5, t_tg });

  /** A stand-in that runs `script`, with its flags in $*, and counts its runs. */
  function standIn(script: string): string {
    const program = path.join(place, "llama-batched-bench");
    const count = `echo run >> "${place}/runs"`;
    writeFileSync(program, `#!/bin/sh\n${count}\n${script}\n`, { mode: 0o755 });
    return program;
  }
  const runs = () => readFileSync(path.join(place, "runs"), "utf8").trim().split("\n").length;

  test("is told by its second run: kernels are loaded and graphs captured in the first", async () => {
    const program = standIn(
      `case "$*" in *"-ntg 8,128 "*) echo '${line(8, 99)}'; echo; echo '${line(128, 1.5)}';; esac`,
    );
    expect(await runBatchedBench(program, RUN)).toMatchObject({ rate: 256, generationRate: 512 / 1.5 });
    expect(runs()).toBe(1);
  });

  test("warms up with no more tokens than it is to make, which would not find room", () => {
    expect(batchedBenchFlags({ ...RUN, tokens: 4 }).join(" ")).toContain("-ntg 4,4 ");
  });

  test("runs again where it lost its last lines: the first run's figures are not taken for the second's", async () => {
    const lost = `[ "$(wc -l < "${place}/runs")" -lt 3 ] && exit`;
    const program = standIn(`echo '${line(8, 99)}'; ${lost}; echo '${line(128, 1.5)}'`);
    expect(await runBatchedBench(program, RUN)).toMatchObject({ rate: 256 });
    expect(runs()).toBe(3);
  });

  test("tells why it failed", async () => {
    const program = standIn("echo 'invalid device: CUDA0' >&2; exit 1");
    await expect(runBatchedBench(program, RUN)).rejects.toThrow(
      "llama-batched-bench ended with 1: invalid device: CUDA0",
    );
  });
});
