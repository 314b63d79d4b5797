// node-llama-cpp as its documentation shows it: a context with several sequences, each with an evaluation of its own.
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

/** `cells` are those of each sequence. */
export async function openContext(modelPath, { sequences, cells, threads, gpu }) {
  const quiet = { build: "never", logLevel: LlamaLogLevel.error };
  const llama = await getLlama({ ...quiet, gpu: gpu === "off" ? false : gpu, maxThreads: threads });
  const model = await llama.loadModel({ modelPath });
  return model.createContext({ sequences, contextSize: cells, batchSize: 2048, threads });
}

/** `count` tokens after `prompt`, over the ends that the model sees: an end begins an evaluation anew. */
export async function* evaluated(sequence, prompt, count, { temperature, top_k, top_p, min_p }) {
  const sampling = { temperature, topK: top_k, topP: top_p, minP: min_p };
  let next = prompt;
  for (let made = 0; made < count;) {
    let last = null;
    for await (const token of sequence.evaluate(next, { ...sampling, yieldEogToken: true })) {
      yield (last = token);
      if (++made === count) return;
    }
    if (last === null) throw new Error("node-llama-cpp generated nothing.");
    next = [last];
  }
}
