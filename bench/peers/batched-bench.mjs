// llama-batched-bench: what the library does in a bare loop, without sampling and without HTTP.
import { execFileSync } from "node:child_process";
import { layerFlags } from "./llama-cpp.mjs";
import { pinned } from "../processes/server-process.mjs";

/** Its log thread sometimes loses the last lines at exit, the figures with them: then it runs again. */
function figuresOf(program, args, tries = 5) {
  const output = execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (line !== undefined) return JSON.parse(line);
  if (tries === 1) throw new Error(`llama-batched-bench printed no figures: ${output}`);
  return figuresOf(program, args, tries - 1);
}

export function batchedBenchFlags({ count, promptTokens, tokens, threads, cells, gpu }) {
  const sizes = ["-c", cells, "-npp", promptTokens, "-ntg", tokens, "-npl", count];
  return [...sizes, "-t", threads, "-tb", threads, ...layerFlags(gpu)].map(String);
}

/** Generated tokens a second, the time for the prompts included, as ours are counted. */
export function runBatchedBench(program, { model, cpus, ...run }) {
  const args = ["-m", model, ...batchedBenchFlags(run), "--output-format", "jsonl"];
  const { t_pp: promptSeconds, t_tg: generationSeconds } = figuresOf(...pinned(cpus, program, args));
  const made = run.count * run.tokens;
  return {
    rate: made / (promptSeconds + generationSeconds),
    generationRate: made / generationSeconds,
    // On the CPU its threads compute or spin all the time.
    cpuMs: run.gpu !== "off" ? null : ((promptSeconds + generationSeconds) * run.threads * 1000) / made,
  };
}
