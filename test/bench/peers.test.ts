import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

const { LLAMA_RELEASE, sharedBackends, linkBackends } = (await benchModule("peers/llama-cpp.mjs")) as {
  LLAMA_RELEASE: string;
  sharedBackends: (gpu: string, folder: string) => string | null;
  linkBackends: (folder: string, backends: string) => void;
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
