// Embeds and ranks with the models of its two arguments, prints what came as JSON, and ends by itself.
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { chooseLibraries } from "../../../dist/engine/libraries.js";
import { loadNativeEngine } from "../../../dist/engine/native-engine.js";

const OPTIONS = { gpuLayers: 0, batchTokens: 128, threads: 1, flashAttention: "auto", adapters: [] };

async function loadEmbedder(path) {
  const libraries = await chooseLibraries("off");
  const engine = loadNativeEngine(libraries);
  engine.loadBackends(libraries.directory);
  return engine.loadEmbedder({ ...OPTIONS, path }, () => {});
}

const refusal = (promise) =>
  promise.then(
    () => null,
    ({ code, input, message }) => ({ code, input, message }),
  );

async function embedAndRank(embeddingModel, rerankModel) {
  const embedder = await loadEmbedder(embeddingModel);
  const { vectors, tokens } = await embedder.embed(["a cat", "quarterly figures", "a cat", [5, 6, 7]]);
  const tooLong = await refusal(embedder.embed(["short", "long ".repeat(200)]));
  const farTooLong = await refusal(embedder.embed(["<s>".repeat(1_000_000)]));
  const noToken = await refusal(embedder.embed([[5, 4_294_967_297]]));
  let noInput = null;
  try {
    embedder.embed(["text", { toString: () => "text" }]);
  } catch (error) {
    noInput = error.message;
  }
  const many = Array.from({ length: 8 }, (_, i) => embedder.embed([`text ${i}`]));
  embedder.close();
  const afterClose = await Promise.all(many);
  let closed = null;
  try {
    embedder.embed(["late"]);
  } catch (error) {
    closed = error.message;
  }

  const reranker = await loadEmbedder(rerankModel);
  const ranked = await reranker.rank("where is the cat", ["the cat is here", "quarterly figures"]);
  const result = {
    info: reranker.info,
    vectors: vectors.map((vector) => [...vector]),
    tokens,
    tooLong,
    farTooLong,
    noToken,
    noInput,
    finishedAfterClose: afterClose.length,
    closed,
    scores: [...ranked.scores],
    documentTokens: ranked.tokens,
    wrongUse: await refusal(reranker.embed(["a"])),
    wrongModel: await refusal(loadEmbedder("/nowhere.gguf")),
  };
  reranker.close();
  return result;
}

/** A worker that ends while its calls run must take nothing with it. */
async function endWorkerInTheMiddle(model) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { model } });
  await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
  });
  await worker.terminate();
}

if (isMainThread) {
  const [embeddingModel, rerankModel] = process.argv.slice(2);
  await endWorkerInTheMiddle(embeddingModel);
  console.log(JSON.stringify(await embedAndRank(embeddingModel, rerankModel)));
} else {
  const embedder = await loadEmbedder(workerData.model);
  for (let i = 0; i < 20; i++) embedder.embed(Array.from({ length: 50 }, (_, j) => `text ${i} ${j}`));
  parentPort.postMessage("computing");
}
