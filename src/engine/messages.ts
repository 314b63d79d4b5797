/**
 * What the front process and the engine host say to each other over the child-process channel
 * (advanced serialisation). Data only: the front imports nothing else of the engine.
 */

/** Everything a replica needs to load a model; sent once, as the host's first message. */
export interface EngineSettings {
  /** Path of the GGUF file; with `download`, a URI that node-llama-cpp's downloader resolves. */
  model: string;
  download: boolean;
  /** Folder that downloads are kept in. */
  modelsDirectory: string;
  /** The name clients use and the value of the `model` label. */
  modelId: string;
  /** KV cells all slots share; 0 takes the trained context for each slot, up to 4 GiB in all. */
  contextSize: number;
  /** Tokens one request may hold; 0 for what the model was trained for. */
  maxContext: number;
  /**
   * "off" leaves the decode loop's metrics of queue, inter-token latency, tokens and steps at zero, and the stages
   * that the host records, to see what they cost; those of preemptions, drafts and KV cells, and all of the front
   * process, go on.
   */
  telemetry: "on" | "off";
  /** Waiting this long raises a request's priority by one. */
  prioritySeconds: number;
  /** About how many times as long as a step of streams alone one with part of a long prompt may last. */
  prefillMultiple: number;
  /** Sequences decoded at once, 1 to 256. */
  slots: number;
  /** Compute threads. */
  threads: number;
  gpu: "auto" | "cuda" | "vulkan" | "off";
  /** Layers on the GPU; -1 for all that exist. */
  gpuLayers: number;
  flashAttention: "auto" | "on" | "off";
  /** Type of the KV cache's keys and values, as ggml names them. */
  cacheTypeK: CacheType;
  cacheTypeV: CacheType;
  /** How the next tokens are guessed, to be verified several at once. */
  speculation: "off" | "ngram" | "draft";
  /** Longest draft. */
  draftTokens: number;
  /** Path of the draft model's GGUF file; "" without "draft". */
  draftModel: string;
  /** Sampling in the model's own graph where a request allows it; auto: on a GPU, for parameters that repeat. */
  backendSampling: "auto" | "on" | "off";
  /** LoRA adapters that requests choose by name. */
  adapters: Adapter[];
  /** Contexts that share the model's weights, each with its own decode loop. */
  replicas: number;
  /** Path of the telemetry segment to attach to. */
  telemetryPath: string;
  /** Whether the segment stays when the front is gone. */
  keepsTelemetry: boolean;
}

export const CACHE_TYPES = ["f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "iq4_nl", "q5_0", "q5_1"] as const;
export type CacheType = (typeof CACHE_TYPES)[number];

export interface Adapter {
  name: string;
  /** Path of the adapter's GGUF file. */
  path: string;
  scale: number;
}

/** Known once the model is loaded. */
export interface ModelInfo {
  id: string;
  /** Path of the GGUF file, downloaded or not: a later host loads it without asking a network. */
  file: string;
  /** What the model was made for: text, vectors, or scores of documents for a query. */
  kind: "generation" | "embedding" | "rerank";
  /** As its makers called it; "" when the file does not say. */
  name: string;
  /** e.g. "llama 5.5M Q8_0", as llama.cpp describes it. */
  description: string;
  /** KV cells one request may use. */
  contextSize: number;
  trainedContextSize: number;
  /** Requests it takes at once; of embeddings and rankings one is computed while the next is tokenised. */
  slots: number;
  /** KV cells of all slots together; 0 for models that keep none. */
  kvCells: number;
  /** What these take, about. */
  cacheBytes: number;
  vocabularySize: number;
  /** Numbers in one vector; 0 for models that make none. */
  dimensions: number;
  parameters: number;
  sizeBytes: number;
  /** Of the transformer, or whatever its blocks are. */
  layers: number;
  /** Those of them that are computed on a GPU. */
  gpuLayers: number;
  loadSeconds: number;
  threads: number;
  /** "cpu", "cuda" or "vulkan". */
  backend: string;
  /** The device's own name. */
  device: string;
  /** Architectures that llama.cpp's libraries were built for on this machine; null: they came prebuilt. */
  builtFor: string[] | null;
  /** What an operator should know of how it is computed. */
  notices: string[];
  /** Numbers of the GPUs that hold some of it; none on the CPU. */
  gpus: number[];
  /** False: chats are written as ChatML, which the model may not know. */
  hasChatTemplate: boolean;
  /** Whether its template has thoughts, which come apart from the answer. */
  thinks: boolean;
  /** Whether the model has the tokens that a text with a gap is written with. */
  canInfill: boolean;
  /** The bytes of all tokens, one behind the other, and where each begins; one offset more than there are tokens. */
  tokenBytes: Uint8Array;
  tokenOffsets: Uint32Array;
}

/** Values are range-checked by the front; the defaults are OpenAI's. */
export interface Sampling {
  temperature: number;
  topP: number;
  /** 0 for no limit. */
  topK: number;
  minP: number;
  /** 32 bits, less than the largest; null draws one at random. */
  seed: number | null;
  presencePenalty: number;
  frequencyPenalty: number;
  /** 1 for none. */
  repeatPenalty: number;
  /** Token id and bias; ids are below `vocabularySize`. */
  logitBias: [token: number, bias: number][];
  /** Locally typical sampling; 1 for none. */
  typicalP: number;
  /** "Exclude top choices": with this probability, all but the last of the tokens above the threshold go. */
  xtc: { probability: number; threshold: number };
  /** "Don't repeat yourself": a penalty of multiplier * base^(length - allowedLength) for what repeats the text. */
  dry: Dry;
  /** Version of Mirostat, which then takes the place of top-k, top-p, min-p, typical and XTC; 0 for none. */
  mirostat: { version: 0 | 1 | 2; tau: number; eta: number };
}

export interface Dry {
  /** 0 for none. */
  multiplier: number;
  base: number;
  /** Repetitions up to this many tokens cost nothing. */
  allowedLength: number;
  /** Tokens that are looked back at; -1 for all. */
  lastTokens: number;
  /** Texts that end a repetition. */
  breakers: string[];
}

export type Prompt =
  | { kind: "text"; text: string }
  | { kind: "tokens"; tokens: number[] }
  | ChatPrompt
  /** What a model that can fill in is to write between the two texts. */
  | { kind: "infill"; prefix: string; suffix: string };

export interface ChatPrompt {
  kind: "chat";
  /** JSON text of an OpenAI message array, already validated and limited in depth. */
  messages: string;
  /** JSON text of an OpenAI array of function tools, validated and limited; "" for none. */
  tools: string;
  toolChoice: "auto" | "none" | "required";
  parallelToolCalls: boolean;
  /** Whether the model should think before it answers; null leaves it to the model's template. */
  thinking: boolean | null;
  /** For templates that know such; "" for none. */
  reasoningEffort: string;
}

/** What the whole answer must be: text of a GBNF grammar, or JSON that a schema (given as JSON text) allows. */
export interface Constraint {
  kind: "grammar" | "schema";
  text: string;
  /** The field of the request that it came in, for errors. */
  param: string;
}

export interface GenerateRequest {
  /** Chosen by the front, unique over its life. */
  id: number;
  /** Seconds on CLOCK_MONOTONIC (`process.hrtime`) when the request arrived. */
  arrivedAt: number;
  /** Whom its tokens are counted for; "default" without API keys. */
  tenant: string;
  prompt: Prompt;
  /** Null generates until the context is full. */
  maxTokens: number | null;
  /** The higher the sooner; -100 to 100. */
  priority: number;
  /** Requests share cached prefixes only with those of the same salt; "" for all who name none. */
  cacheSalt: string;
  /** Name of a LoRA adapter; "" for none. */
  adapter: string;
  stop: string[];
  ignoreEos: boolean;
  sampling: Sampling;
  /** Alternatives wanted beside each token's own logprob, 0 to 20; null for no logprobs. */
  logprobs: number | null;
  /** The same of the prompt's tokens, which then are all computed. */
  promptLogprobs: number | null;
  /** Null for none. */
  constraint: Constraint | null;
  /** What the client expects of the answer, for an engine that guesses tokens by looking texts up; "" for nothing. */
  prediction: string;
}

/** What a model does beside generating, one question and one answer. `tenant`: as of a `GenerateRequest`. */
export type EngineCall =
  /** `dimensions`: the vectors' first so many numbers, of length 1 again; null for all. */
  | {
      kind: "embed";
      tenant: string;
      inputs: (string | number[])[];
      dimensions: number | null;
      encoding: "float" | "base64";
    }
  | { kind: "rank"; tenant: string; query: string; documents: string[] }
  | { kind: "tokenize"; text: string; addSpecial: boolean; parseSpecial: boolean; withPieces: boolean }
  | { kind: "tokenize-chat"; prompt: Extract<Prompt, { kind: "chat" }>; withPieces: boolean }
  | { kind: "detokenize"; tokens: number[] }
  | { kind: "apply-template"; prompt: Extract<Prompt, { kind: "chat" }> };

/** What each kind of call is answered with. */
export interface CallResults {
  /** Each vector as JSON text: making it takes longer than a step, so it is not the front's to do. */
  embed: { vectors: string[]; tokens: number[] };
  /** The model's own scores, one a document, the higher the better. */
  rank: { scores: number[]; tokens: number[] };
  tokenize: Tokenized;
  "tokenize-chat": Tokenized;
  detokenize: string;
  "apply-template": string;
}

export interface Tokenized {
  tokens: Int32Array;
  /** The bytes of all tokens, one behind the other, and where each ends; null when they were not asked for. */
  pieces: { bytes: Uint8Array; ends: Int32Array } | null;
}

export interface CallError {
  code: EngineErrorCode;
  message: string;
  /** Index of the input, document or token that is at fault. */
  input: number | null;
}

export type CallAnswer = { result: CallResults[keyof CallResults] } | { error: CallError };

export type ToEngine =
  | { type: "start"; settings: EngineSettings }
  | { type: "submit"; request: GenerateRequest }
  | { type: "cancel"; id: number }
  /** `id`: chosen by the front, unique among its calls. */
  | { type: "call"; id: number; call: EngineCall }
  /** Finish nothing more: free the model and exit 0. */
  | { type: "stop" };

export interface TokenUsage {
  promptTokens: number;
  cachedTokens: number;
  generatedTokens: number;
}

/** Why the engine refused or ended a request with an error. */
export type EngineErrorCode =
  | "context_length_exceeded"
  | "invalid_prompt"
  | "invalid_constraint"
  | "template_failed"
  | "constraint_failed"
  | "engine_failed";

/** The last word about a request: exactly one a request, unless the host dies. */
export interface RequestEnd extends TokenUsage {
  id: number;
  reason: "stop" | "length" | "cancelled" | "error";
  /**
   * Index of the stop string that ended the text: of the request's own or, beyond them, of its template's. Absent where
   * none did.
   */
  stop?: number;
  /** Set when, and only when, `reason` is "error". */
  error: { code: EngineErrorCode; message: string } | null;
  /** Absent for a request that was not assembled. */
  instants?: Instants;
  /** Index of the replica that had it; only the host's pool of them knows. */
  replica?: number;
}

/** When a request came how far: seconds on CLOCK_MONOTONIC, 0 for what did not happen. */
export interface Instants {
  assembledAt: number;
  /** The beginning of its first step. */
  startedAt: number;
  /** The ends of the steps that sampled its first and its last token. */
  firstTokenAt: number;
  lastTokenAt: number;
}

/**
 * All that one step (or several, when JavaScript was late) brought: `texts[i]` belongs to request `ids[i]`. Whole
 * UTF-8 characters only, and nothing that may still become a stop string. Texts come before ends.
 */
export interface Step {
  ids: number[];
  texts: string[];
  ends: RequestEnd[];
  /**
   * Absent when no request of the step has an answer that is read by its template's format; else one entry a text,
   * null where the text is content as it is. Where there is one, the text is "".
   */
  parts?: (AnswerPart[] | null)[];
  /** Absent when no request of the step asked for logprobs; else one entry a text, null where none were asked for. */
  logprobs?: (TokenLogprob[] | null)[];
  /** The same of the prompts' tokens, in order; NaN for that of a first token, before which there is nothing. */
  promptLogprobs?: (TokenLogprob[] | null)[];
}

/** What came of one part of a chat answer. */
export type AnswerPart =
  | { kind: "content"; text: string }
  | { kind: "reasoning"; text: string }
  /** `id` and `name` come with a call's first part and are "" in the others; `text` goes on with its arguments. */
  | { kind: "tool_call"; index: number; id: string; name: string; text: string };

/** A sampled token. Natural logarithms of probabilities at temperature 1, before penalties. */
export interface TokenLogprob {
  token: number;
  logprob: number;
  /** The likeliest tokens, in order. */
  top: [token: number, logprob: number][];
}

export type FromEngine =
  | { type: "progress"; phase: "download" | "load"; fraction: number }
  | { type: "ready"; model: ModelInfo }
  /** The model cannot be served; the host exits after it. `usage` marks what the user can mend. */
  | { type: "failed"; message: string; usage: boolean }
  | ({ type: "step" } & Step)
  | { type: "answer"; id: number; answer: CallAnswer };
