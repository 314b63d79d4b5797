// llama-batched-bench: what the library does in a bare loop, without sampling and without HTTP.
import { layerFlags } from "./llama-cpp.mjs";
import { outputOf } from "../processes/program-output.mjs";
import { pinned } from "../processes/server-process.mjs";

/**
 * Before it counts, it runs once with so few tokens: its own warm-up is a prompt of 16, and leaves a GPU's other kernels to
 * be loaded and the graphs of generation to be captured. tacho is warmed up with as many.
 */
const WARM_TOKENS = 8;
const RUNS = 2;

/** Its log thread sometimes loses the last lines at exit, the figures with them: then it runs again. */
async function figuresOf(command, tries = 5) {
  const output = await outputOf("llama-batched-bench", command);
  const lines = output.split("\n").filter((text) => /^\{.*\}$/.test(text));
  if (lines.length === RUNS) return JSON.parse(lines.at(-1));
  if (tries === 1) throw new Error(`llama-batched-bench printed no figures of ${RUNS} runs: ${output}`);
  return figuresOf(command, tries - 1);
}

export function batchedBenchFlags({ count, promptTokens, tokens, threads, cells, gpu }) {
  const generated = [Math.min(WARM_TOKENS, tokens), tokens].join(",");
  const sizes = ["-c", cells, "-npp", promptTokens, "-ntg", generated, "-npl", count];
  return [...sizes, "-t", threads, "-tb", threads, ...layerFlags(gpu)].map(String);
}

/** Generated tokens a second, the time for the prompts included, as ours are counted. */
export async function runBatchedBench(program, { model, cpus, ...run }) {
  const args = ["-m", model, ...batchedBenchFlags(run), "--output-format", "jsonl", "-lv", "1"];
  const { t_pp: promptSeconds, t_tg: generationSeconds } = await figuresOf(pinned(cpus, program, args));
  const made = run.count * run.tokens;
  return {
    rate: made / (promptSeconds + generationSeconds),
    generationRate: made / generationSeconds,
    // On the CPU its threads compute or spin all the time.
    cpuMs: run.gpu !== "off" ? null : ((promptSeconds + generationSeconds) * run.threads * 1000) / made,
  };
}
