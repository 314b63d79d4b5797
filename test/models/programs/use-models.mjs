// Reads JSON tasks {file, use, lora?}[] from its argument, does each with llama.cpp and prints the results as
// JSON. In a process of its own: an assertion of llama.cpp ends the process.
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const PROMPT = "Once upon a time there was a model.";
const TOKENS = 24;

const USES = {
  async generate(model, { lora }) {
    const context = await model.createContext({ contextSize: 256, threads: 1, lora });
    const tokens = [];
    const generation = context.getSequence().evaluate(model.tokenize(PROMPT), { temperature: 0 });
    for await (const token of generation) if (tokens.push(token) === TOKENS) break;
    await context.dispose();
    return model.detokenize(tokens);
  },
  async embed(model) {
    const context = await model.createEmbeddingContext({ threads: 1 });
    const embed = async (text) => (await context.getEmbeddingFor(text)).vector;
    const vectors = [await embed("a cat"), await embed("a cat"), await embed("quarterly figures")];
    await context.dispose();
    return vectors;
  },
  async rank(model) {
    const context = await model.createRankingContext({ threads: 1 });
    const scores = await context.rankAll("a cat", ["a cat", "quarterly figures"]);
    await context.dispose();
    return scores;
  },
  describe(model) {
    const { tokens, fileInfo } = model;
    const special = fileInfo.metadata.tokenizer.ggml.tokens.filter((text) => /^<[|/]?[a-z]/.test(text));
    return {
      bos: tokens.bosString,
      eos: tokens.eosString,
      addsBos: tokens.shouldPrependBosToken,
      ends: special.filter((text) => model.isEogToken(model.tokenize(text, true)[0])),
      hasTemplate: fileInfo.metadata.tokenizer.chat_template !== undefined,
      text: model.detokenize(model.tokenize(PROMPT)),
    };
  },
};

const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error });
const results = [];
for (const task of JSON.parse(process.argv[2])) {
  const model = await llama.loadModel({ modelPath: task.file });
  results.push(await USES[task.use](model, task));
  await model.dispose();
}
await llama.dispose();
console.log(JSON.stringify(results));
