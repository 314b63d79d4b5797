/** The types of random-model.mjs, for TypeScript programs that import it. */

export type TensorType = "f32" | "f16" | "q8_0" | "q4_K" | "q6_K";

export type ModelType = "f32" | "f16" | "q8_0" | "q4_K_M";

export type ArchitectureName =
  "llama" | "qwen3" | "qwen3-embedding" | "gemma3" | "mamba" | "jamba" | "lfm2" | "bert" | "bert-rank";

export type ShapeName =
  "tiny" | "small" | "llama-1b" | "llama-8b" | "llama-70b" | "tiny-draft" | "small-draft";

export type VocabularyKind = "bpe" | "spm" | "wordpiece" | "rwkv";

/** All whole numbers above 0. A head's length is `embedding` / `heads`. */
export interface Shape {
  layers: number;
  embedding: number;
  feedForward: number;
  heads: number;
  keyValueHeads: number;
  /** Tokens. */
  vocabulary: number;
  /** Trained context, in tokens. */
  context: number;
  /** Tokens, for architectures that have one. */
  slidingWindow: number;
  ropeBase: number;
}

export interface VocabularyOptions {
  /** The architecture's usual kind. */
  kind?: VocabularyKind;
  /** Whether there is a BOS token (true). Only "bpe" can be without one; "rwkv" never has one. */
  bos?: boolean;
  /** Whether prompts begin with the BOS (true where there is one). Not for "rwkv" and "wordpiece". */
  addBos?: boolean;
  /** Whether prompts end with the EOS (false). Not for "rwkv" and "wordpiece". */
  addEos?: boolean;
  /** Whether a text is read as if a space came before it (true). Only for "spm". */
  addSpacePrefix?: boolean;
  /**
   * Control tokens that end a generation, beside the EOS that "bpe" and "spm" have (["<|im_end|>"]). llama.cpp
   * knows them by their spelling: "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>" and a few more.
   */
  endTokens?: string[];
  /** Control tokens that end nothing, beside "<|im_start|>" ([]). */
  controlTokens?: string[];
  /** Texts that are one token each wherever they stand, as "<think>" often is ([]). */
  userTokens?: string[];
  /** Jinja text; null for none. ChatML by default, none for "wordpiece". */
  chatTemplate?: string | null;
}

export interface RandomModelOptions {
  /** "llama" */
  architecture?: ArchitectureName;
  /** "tiny" */
  shape?: ShapeName | Shape;
  /** Of the matrices; "q8_0". The weights of a seed are the same in f32, f16 and q8_0. */
  type?: ModelType;
  /** 0 */
  seed?: number;
  /** What the file calls the model; llama.cpp reads tokenizers of some names in ways of their own. */
  name?: string;
  vocabulary?: VocabularyOptions;
}

export interface RandomAdapterOptions extends Omit<RandomModelOptions, "type" | "name" | "vocabulary"> {
  /** Columns of the two matrices; 8. */
  rank?: number;
  /** `alpha` / `rank` scales what the adapter adds; 16. */
  alpha?: number;
}

/**
 * Writes a GGUF model with random weights: the same bytes for the same options. The file appears when it is
 * complete, in place of any other of its name.
 * @throws OptionError naming the option that is wrong, what was expected and what came.
 */
export function writeRandomModel(file: string, options?: RandomModelOptions): Promise<void>;

/** Writes a LoRA adapter for the model of the same architecture and shape. @throws OptionError as writeRandomModel. */
export function writeRandomAdapter(file: string, options?: RandomAdapterOptions): Promise<void>;

/** `memory`: which kind of llama.cpp memory models of the architecture have. */
export const ARCHITECTURES: Record<
  ArchitectureName,
  { memory: "attention" | "sliding window" | "recurrent" | "hybrid" | "none"; vocabulary: VocabularyKind }
>;

export const SHAPES: Record<ShapeName, Shape>;

export class OptionError extends Error {}
