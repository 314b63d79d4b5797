// Models that differ from the usual in their BOS, their ends or their chat format. All have random weights.
import { join } from "node:path";
import { SHAPES, writeRandomModel } from "../../../models/random/random-model.mjs";
import { TEMPLATES } from "./templates.mjs";

/** In f32, so that another build of llama.cpp has the same greedy tokens. */
const TINY = {
  shape: { ...SHAPES.tiny, layers: 1, embedding: 64, feedForward: 128, heads: 4, keyValueHeads: 2 },
  type: "f32",
};

/**
 * The `vocabulary` of each, and what its file says that it is called. By default it is "bpe" with BOS and EOS,
 * "<|im_start|>", "<|im_end|>" and ChatML.
 */
export const MODELS = {
  "no BOS": { bos: false },
  "a BOS that is not added": { addBos: false },
  "a BOS that the template writes too": { chatTemplate: TEMPLATES.bosTwice },
  "a BOS that only the template writes": {
    addBos: false,
    endTokens: ["<|eot_id|>", "<|eom_id|>"],
    controlTokens: ["<|start_header_id|>", "<|end_header_id|>"],
    chatTemplate: TEMPLATES.llama3,
  },
  "an EOS that is added": { addEos: true },
  "an EOS that is added to SentencePiece": { kind: "spm", addEos: true },
  "an EOS that the template writes too": { addEos: true, chatTemplate: TEMPLATES.eosTwice },
  "no beginning of an answer": { chatTemplate: TEMPLATES.noBeginning },
  "no system message": {
    kind: "spm",
    endTokens: ["<end_of_turn>"],
    controlTokens: ["<start_of_turn>"],
    chatTemplate: TEMPLATES.gemma,
  },
  "roles that alternate": { kind: "spm", endTokens: [], chatTemplate: TEMPLATES.mistral },
  "no template": { chatTemplate: null },
  "no template and no ChatML": { kind: "spm", endTokens: [], chatTemplate: null },
  "neither BOS nor EOS": { kind: "rwkv", endTokens: [], chatTemplate: TEMPLATES.rwkv },
  "a space before every text": { kind: "spm" },
  "no space before a text": { kind: "spm", addSpacePrefix: false },
  "an end that the template alone names": { userTokens: ["<|role_end|>"], chatTemplate: TEMPLATES.ling },
  "control tokens that take the white space after them": {
    called: "phi-3",
    kind: "spm",
    endTokens: ["<|end|>", "<|endoftext|>"],
    controlTokens: ["<|system|>", "<|user|>", "<|assistant|>"],
    chatTemplate: TEMPLATES.phi3,
  },
  "several ends": { endTokens: ["<|im_end|>", "<|eot_id|>", "<end_of_turn>"] },
  "thoughts that begin an answer": {
    controlTokens: ["<｜User｜>", "<｜Assistant｜>"],
    chatTemplate: TEMPLATES.deepseek,
  },
  "thoughts that can be left out": { userTokens: ["<think>", "</think>"], chatTemplate: TEMPLATES.qwen3 },
  "thoughts that nothing shows": { chatTemplate: TEMPLATES.secretThoughts },
  "thoughts in earlier answers": { chatTemplate: TEMPLATES.earlierThoughts },
  "a word about thinking": { chatTemplate: TEMPLATES.thinkingWord },
  channels: {
    bos: false,
    endTokens: ["<|end|>", "<|return|>", "<|call|>"],
    controlTokens: ["<|start|>", "<|message|>", "<|channel|>"],
    chatTemplate: TEMPLATES.harmony,
  },
  "channels with a bar a side": { userTokens: ["<|channel>", "<channel|>"] },
  "parts of a content": { chatTemplate: TEMPLATES.parts },
  "channels in parts of a content": {
    userTokens: ["<|channel>", "<channel|>"],
    chatTemplate: TEMPLATES.parts,
  },
  "nothing but parts of a content": { chatTemplate: TEMPLATES.onlyParts },
  "contents as JSON": { chatTemplate: TEMPLATES.json },
  tools: { chatTemplate: TEMPLATES.tools },
};

/** Writes the model `name` into `folder`. @returns its path. */
export async function writeModel(folder, name) {
  const file = join(folder, `${name.replaceAll(" ", "-")}.gguf`);
  const { called, ...vocabulary } = MODELS[name];
  await writeRandomModel(file, { ...TINY, name: called, vocabulary });
  return file;
}
